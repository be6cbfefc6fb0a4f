import JSONAPI

/// A place in the change feed: all that comes before it is known to who holds it. A value; it is read and written as one word, such as
/// `1204-1f0c7a55e2b94d10`, which clients keep and give back.
package struct FeedPosition: Sendable, Hashable {
  /// The number of the last change that was told; 0 before the first.
  package var sequence: Int64
  /// Where reading from the beginning goes on, the number of the mirror's last change when it began: what had left by then was never
  /// told. Else the same as `sequence`.
  package var begun: Int64
  /// The feed that it belongs to; nil where only a number was given.
  package var feed: String?

  /// Before everything: who begins here learns what there is, then what changes.
  package static let beginning = FeedPosition(sequence: 0, begun: 0, feed: nil)

  init(sequence: Int64, begun: Int64, feed: String?) {
    (self.sequence, self.feed) = (sequence, feed)
    self.begun = max(sequence, begun)
  }

  /// Reads a place: a number, or what `text` wrote; nil for anything else.
  package init?(_ text: String) {
    guard text.utf8.count <= 80 else { return nil }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    let numbers = parts.prefix(max(1, parts.count - 1)).compactMap { Int64(digits: $0) }
    guard (1...3).contains(parts.count), numbers.count == max(1, parts.count - 1),
      numbers.allSatisfy({ $0 < ChangeNumber.greatest })
    else { return nil }
    let feed = parts.count > 1 ? String(parts[parts.count - 1]) : nil
    if let feed {
      guard !feed.isEmpty, feed.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) }) else {
        return nil
      }
    }
    self.init(sequence: numbers[0], begun: numbers.count > 1 ? numbers[1] : numbers[0], feed: feed)
  }

  /// The place as a word of digits, small letters and `-`.
  package var text: String {
    var parts = [String(sequence)]
    if begun > sequence { parts.append(String(begun)) }
    if let feed { parts.append(feed) }
    // Two numbers alone would be read as a number and a feed.
    if feed == nil, parts.count == 2 { parts.removeLast() }
    return parts.joined(separator: "-")
  }
}

/// Why the change feed cannot be read on from a place. Whoever is told so begins anew: empties the copy, and reads from the beginning.
package enum FeedRefusal: Error, Sendable, Hashable, CustomStringConvertible {
  /// What has left since is not known any more.
  case tooFarBehind(keptFrom: Int64)
  /// The mirror's last change has a lower number: it is another one, or went back to a backup.
  case future(last: Int64)
  /// The place is one of another mirror's.
  case otherMirror

  /// One sentence for the reader.
  package var description: String {
    switch self {
    case .tooFarBehind(let keptFrom):
      "What has left the mirror is told from change \(keptFrom) on: this place is before that. Start anew."
    case .future(let last):
      "The last change of this mirror is \(last): this place is of another mirror, or of this one before it went back to a backup. "
        + "Start anew."
    case .otherMirror: "This place is of another mirror. Start anew."
    }
  }
}

/// How far the feed goes.
package struct FeedState: Sendable, Hashable {
  /// The feed's name.
  package var feed: String
  /// The number of the mirror's last change.
  package var last: Int64
  /// From which number on it is known what has left.
  package var keptFrom: Int64

  /// A state of this feed.
  package init(feed: String, last: Int64, keptFrom: Int64) {
    (self.feed, self.last, self.keptFrom) = (feed, last, keptFrom)
  }

  /// The place behind all that there is.
  package var end: FeedPosition { FeedPosition(sequence: last, begun: last, feed: feed) }

  /// Where reading goes on from a place.
  /// - Throws: `FeedRefusal` where it cannot.
  package func start(from position: FeedPosition) throws(FeedRefusal) -> FeedPosition {
    if let other = position.feed, other != feed { throw .otherMirror }
    guard position.begun <= last else { throw .future(last: last) }
    // Who knows nothing yet misses nothing that has left.
    let begun = position.begun == 0 ? last : position.begun
    guard begun >= keptFrom else { throw .tooFarBehind(keptFrom: keptFrom) }
    return FeedPosition(sequence: position.sequence, begun: begun, feed: feed)
  }
}
