import JSONAPI

/// What becomes of one changed member when the site shows another value than the one it was based on. Decided by three
/// values, never by clocks.
package struct MemberMerge: Sendable, Hashable {
  /// What has to be done.
  package enum Outcome: Sendable, Hashable {
    /// The site shows what the change wants.
    case alreadyThere
    /// The site does not have it: `value` is to be sent.
    case send
    /// Both sides changed it, to different values.
    case conflict
  }

  /// What is to be done with it.
  package var outcome: Outcome
  /// The value of the member afterwards: what to send, and what to show locally.
  package var value: JSON
  /// The site's value; nil where it shows none.
  package var site: JSON?

  /// Merges a member with the site's newest copy.
  ///
  /// To-many relationships are merged item by item: what was added here is added, what was removed here is removed, the
  /// site's order stays. They are in conflict only where both sides changed the same item.
  package init(_ member: ChangedMember, site: JSON?) {
    self.site = site
    let isSame = { FieldValue.same($0, $1, in: member.group) }
    if isSame(member.local, site) {
      (outcome, value) = (.alreadyThere, site ?? member.local)
    } else if isSame(member.base, site) {
      (outcome, value) = (.send, member.local)
    } else if isSame(member.base, member.local) {
      // What was wanted was there when the change was last compared; what others did with it since is theirs.
      (outcome, value) = (.alreadyThere, site ?? member.local)
    } else if member.group == .relationships, let base = member.base?.array, let site = site?.array,
      let local = member.local.array
    {
      let merged = MemberMerge.items(base: base, site: site, local: local).map { JSON.array($0) }
      value = merged ?? member.local
      outcome = merged == nil ? .conflict : isSame(merged, .array(site)) ? .alreadyThere : .send
    } else {
      (outcome, value) = (.conflict, member.local)
    }
  }

  /// Three lists of identifiers as one; nil when both sides changed the facts about one item differently.
  static func items(base: [JSON], site: [JSON], local: [JSON]) -> [JSON]? {
    func keyed(_ items: [JSON]) -> [(key: String, item: JSON)] {
      // The same target may be there more than once: the n-th here is the n-th there.
      var seen: [String: Int] = [:]
      return items.map { item in
        let key = FieldValue.key(item)
        seen[key, default: 0] += 1
        return ("\(key) \(seen[key] ?? 0)", item)
      }
    }
    let pairs = { (items: [JSON]) in Dictionary(keyed(items).map { ($0.key, $0.item) }) { first, _ in first } }
    let (old, mine) = (pairs(base), pairs(local))
    let theirs = pairs(site)
    var merged: [JSON] = []
    for (key, item) in keyed(site) {
      guard let before = old[key] else {
        if let own = mine[key], !FieldValue.sameItem(own, item) { return nil }
        merged.append(item)
        continue
      }
      guard let own = mine[key] else { continue }
      if FieldValue.sameItem(before, own) {
        merged.append(item)
      } else if FieldValue.sameItem(before, item) || FieldValue.sameItem(own, item) {
        merged.append(own)
      } else {
        return nil
      }
    }
    for (key, item) in keyed(local) where theirs[key] == nil {
      if let before = old[key] {
        // Gone on the site: gone, unless its facts were changed here.
        if !FieldValue.sameItem(before, item) { return nil }
      } else {
        merged.append(item)
      }
    }
    return merged
  }
}

extension [ChangedMember] {
  /// These members based on a newer copy of the site where that is clean: the base is the site's value, the local value the
  /// merged one. Members in conflict stay as they are.
  package func rebased(on site: JSON?) -> [ChangedMember] {
    map { member in
      let merge = MemberMerge(member, site: member.value(in: site))
      guard merge.outcome != .conflict else { return member }
      return ChangedMember(member.group, member.name, base: merge.site, local: merge.value)
    }
  }

  /// These members after an earlier change of the same resource was saved by the site, which answered `answer`. What that
  /// change had set, the site may show in a form of its own (formatted text, an alias): that is no edit by somebody else.
  /// - Parameter isAnswer: whether `answer` is the site's answer to that change; else it was read later, and another value may
  ///   be somebody else's.
  package func following(_ sent: [ChangedMember], answered answer: JSON?, isAnswer: Bool = true) -> [ChangedMember] {
    let sent = sent.byKey
    return map { member in
      guard let before = sent[member.key],
        FieldValue.same(before.local, member.base, in: member.group)
      else { return member }
      let value = member.value(in: answer)
      guard isAnswer || FieldValue.same(before.local, value, in: member.group) else { return member }
      var member = member
      member.base = value
      return member
    }
  }

  /// These members and later ones of the same resource as one change: the oldest base, the newest value. What ends where it
  /// began is left out.
  package func merged(with later: [ChangedMember]) -> [ChangedMember] {
    var result = self
    var places = Dictionary(enumerated().map { ($1.key, $0) }) { first, _ in first }
    for member in later {
      if let index = places[member.key] {
        result[index].local = member.local
      } else {
        places[member.key] = result.count
        result.append(member)
      }
    }
    return result.filter { !FieldValue.same($0.base, $0.local, in: $0.group) || FieldValue.isSecret($0.name) }
  }
}
