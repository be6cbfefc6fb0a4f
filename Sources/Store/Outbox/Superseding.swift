import JSONAPI

/// What a later change of the same resource means for updates that the site refused: a member that their writer has set anew
/// is no longer theirs, and the later value stands on what the refused one stood on.
enum Superseding {
  /// - Returns: what is left of the refused members, and the later ones with their bases put right.
  static func decide(
    refused: [ChangedMember], later: [ChangedMember]
  ) -> (left: [ChangedMember], later: [ChangedMember]) {
    let (anew, before) = (later.keys, refused.byKey)
    let left = refused.filter { !anew.contains($0.key) }
    let rebased = later.map { member in
      guard let old = before[member.key],
        FieldValue.same(member.base, old.local, in: member.group)
      else { return member }
      return ChangedMember(member.group, member.name, base: old.base, local: member.local)
    }
    return (left, rebased)
  }
}

extension OutboxWriter {
  /// Applies `Superseding` to the refused updates among some changes. One of which nothing is left is over.
  /// - Returns: the later members, their bases put right.
  func supersede(_ changes: [OutboxChange], by later: [ChangedMember], at now: Int64) throws -> [ChangedMember] {
    var later = later
    for change in changes where change.state == .rejected && change.kind == .update {
      let outcome = Superseding.decide(refused: change.members, later: later)
      later = outcome.later
      if outcome.left.isEmpty {
        try rows.finish(change, .dropped, at: now)
      } else {
        try rows.set(members: outcome.left, of: change)
      }
    }
    return later
  }

  /// The same for an update that was refused just now, and the changes that came after it.
  func supersede(_ refused: Int64, of resource: Int64, at now: Int64) throws {
    let changes = try rows.unsettled(of: resource)
    for later in changes where later.id > refused && later.kind == .update && later.state == .queued {
      let refused = try rows.unsettled(of: resource).filter { $0.id == refused }
      try rows.set(members: supersede(refused, by: later.members, at: now), of: later)
    }
  }
}
