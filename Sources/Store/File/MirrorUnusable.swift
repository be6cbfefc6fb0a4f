/// A mirror that cannot be opened, in words for the operator.
package struct MirrorUnusable: Error, Sendable, CustomStringConvertible {
  /// What is wrong, with the path and the way out.
  package var description: String

  /// A mirror that cannot be used, and why.
  package init(description: String) { self.description = description }
}
