import OpenSocial

/// What a caller may see of the mirror: today everything.
///
/// Every read of the local API is as far as a sight goes, and so is all that is kept of one: the keys of kept answers and the
/// `ETag`s. Two callers of the same sight see the same, byte for byte. A value to compare and to hash, no more: what a sight leaves
/// out is told by `shows`, which is asked wherever members are shown, named or followed.
package struct Sight: Sendable, Hashable {
  /// Tells sights apart, also in an `ETag`: the same number stands for the same sight as long as the process runs.
  package let identity: Int

  /// A sight of this number.
  package init(identity: Int) { self.identity = identity }

  /// All that the account which synchronises sees.
  package static var everything: Sight { Sight(identity: 0) }

  /// Whether a type's field is shown, and may be named: in a filter, a sort, an `include`, or as a route.
  /// - Parameter type: the resource type's name.
  package func shows(_ field: String, of type: String) -> Bool { true }
}

extension ReadSnapshot {
  /// The members of a type's resources that are shown, of those that are asked for. Who may not see everything is shown nothing
  /// but what the schema names.
  /// - Parameter asked: a sparse fieldset; nil for all members.
  /// - Returns: nil for all.
  package func members(of type: ServedType, asked: Set<String>?) throws -> Set<String>? {
    guard sight != .everything else { return asked }
    let shown = Set(try schema(of: type)?.fields.map(\.name) ?? [])
    return asked.map { $0.intersection(shown) } ?? shown
  }
}
