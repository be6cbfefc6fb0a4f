import JSONAPI
import OpenSocial
import Store

/// What to do with a change once the site's copy is known. Pure: three versions and the policies decide.
package enum PushDecision: Sendable, Hashable {
  /// The site has it already.
  case done
  /// Send these members; `merged` is what the change then is. `overruled` tells what a policy decided.
  case send(ChangedMembers)
  /// A person has to decide about these fields.
  case conflict([ConflictField])
  /// A policy gave the site right in everything.
  case yield([ConflictField])

  /// Members of an update on their way.
  package struct ChangedMembers: Sendable, Hashable {
    /// Those that the site does not have.
    package var sent: [ChangedMember]
    /// All of the change's, based on the site's copy.
    package var merged: [ChangedMember]
    /// What a policy decided.
    package var overruled: [ConflictField]
  }

  /// Decides about an update.
  /// - Parameters:
  ///   - site: the site's copy, just read.
  ///   - name: what the type calls the time of the last change.
  package static func update(
    _ change: OutboxChange, site: JSON, policies: ConflictPolicies, changed name: String = FieldDescription.changed
  ) -> PushDecision {
    update(
      change, values: change.members.map { $0.value(in: site) }, site: site, policies: policies, changed: name)
  }

  /// Whether both sides changed a member of an update, to different values.
  /// - Parameter values: the site's for each member of the change.
  static func clashes(_ change: OutboxChange, _ values: [JSON?]) -> Bool {
    zip(change.members, values).contains { MemberMerge($0, site: $1).outcome == .conflict }
  }

  /// The same by the site's values for each member of the change.
  /// - Parameter site: the site's copy, which is looked at where both sides changed a member.
  static func update(
    _ change: OutboxChange, values: [JSON?], site: JSON?, policies: ConflictPolicies, changed name: String
  ) -> PushDecision {
    var members = ChangedMembers(sent: [], merged: [], overruled: [])
    var open: [ConflictField] = []
    for (member, value) in zip(change.members, values) {
      let merge = MemberMerge(member, site: value)
      let merged = ChangedMember(member.group, member.name, base: merge.site, local: merge.value)
      switch merge.outcome {
      case .alreadyThere: members.merged.append(merged)
      case .send:
        members.sent.append(merged)
        members.merged.append(merged)
      case .conflict:
        let field = ConflictField(
          member.group, member.name, base: member.base, site: merge.site, local: member.local)
        switch policies.winner(change, field: member.name, site: site, changed: name) {
        case nil: open.append(field)
        case .site: members.overruled.append(field)
        default:
          members.overruled.append(field)
          members.sent.append(merged)
          members.merged.append(merged)
        }
      }
    }
    if !open.isEmpty { return .conflict(open) }
    if members.sent.isEmpty { return members.overruled.isEmpty ? .done : .yield(members.overruled) }
    return .send(members)
  }

  /// How long to wait before a copy is read again for an update, in seconds, never more than two; nil when it can be relied on.
  /// `changed` counts seconds (reference 6.2): until its own second is over, another edit can have the same one.
  /// - Parameters:
  ///   - changed: of the copy, Unix seconds. One further ahead than clocks differ was set by hand, and no edit will get it.
  ///   - date: the site's clock when it was read, Unix seconds: not the `Date` of that answer alone, for a cache that keeps it would
  ///     never let the second be over.
  package static func unsettledSeconds(changed: Int64?, readAt date: Int64?) -> Double? {
    guard let changed, let date, (0...1).contains(changed - date) else { return nil }
    return Double(changed - date + 1)
  }

  /// Whether a new resource without a member is still the thing that was to be made: never without its name, without what says who
  /// sees it, or without a relationship, which may be its host, its group or its reader.
  package static func isDispensable(_ member: ChangedMember) -> Bool {
    member.group == .attributes && FieldDescription(member.name).isDispensable
  }

  /// Whether a resource that the site has is the one that a creation wanted to make.
  package static func agrees(_ site: JSON, with members: [ChangedMember]) -> Bool {
    members.allSatisfy { member in
      guard let value = member.value(in: site) else { return true }
      guard member.group == .attributes, let wanted = member.local.object, let shown = value.object else {
        return FieldValue.same(member.local, value, in: member.group)
      }
      return wanted.members.allSatisfy {
        FieldValue.same($0.value, shown[$0.name]) || FieldDescription.computedProperties.contains($0.name)
      }
    }
  }
}
