/// A type's part in a round.
package struct TypeReport: Sendable {
  /// The name of the type, such as `node--topic`.
  package var type: String
  /// Requests for its pages and single resources, repetitions counted.
  package var requests = 0
  /// Decoded content of the answers.
  package var bytes = 0
  /// Pages that were handed to the writer.
  package var pages = 0
  /// Resources that the site sent.
  package var seen = 0
  /// Resources that it left out for lack of access.
  package var omitted = 0
  /// Why the type could not be read to its end; nil when it was.
  package var failure: (any Error)?
  /// Whether nothing more of it is read in this round: parts of a long reading may be with others.
  var isOver = true
  /// Whether it was read from the beginning to its end in this round: that is its sweep, too.
  var isListed = false

  init(type: String) { self.type = type }

  /// Adds what another reader has read of the same type.
  mutating func add(_ part: TypeReport) {
    requests += part.requests
    bytes += part.bytes
    pages += part.pages
    seen += part.seen
    omitted += part.omitted
    failure = failure ?? part.failure
    isOver = part.isOver
    isListed = isListed || part.isListed
  }
}
