/// What a caller may see of the mirror: today everything.
///
/// Every read of the local API is as far as a sight goes, and so is all that is kept of one: the keys of kept answers and the
/// `ETag`s. Two callers of the same sight see the same, byte for byte. A value to compare and to hash, no more: what a sight leaves
/// out is told by its functions, which are asked wherever members are shown, named or followed.
package struct Sight: Sendable, Hashable {
  /// Tells sights apart, also in an `ETag`: the same number stands for the same sight as long as the process runs.
  package let identity: Int

  /// A sight of this number.
  package init(identity: Int) { self.identity = identity }

  /// All that the account which synchronises sees.
  package static var everything: Sight { Sight(identity: 0) }

  /// The members of a type's resources that are shown, of those that are asked for.
  /// - Parameters:
  ///   - type: the resource type's name.
  ///   - asked: a sparse fieldset; nil for all members.
  /// - Returns: nil for all.
  package func members(of type: String, asked: Set<String>?) -> Set<String>? { asked }

  /// Whether a type's field may be named: in a filter, a sort, an `include`, or as a route.
  package func shows(_ field: String, of type: String) -> Bool { true }
}
