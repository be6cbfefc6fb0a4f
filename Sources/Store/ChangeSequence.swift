import GRDB

/// Gives out the numbers of the mirror's changes inside one transaction (`setting.sequence`). Everything by which reads come out
/// otherwise takes one: a resource that is stored, that leaves, that comes back or that moves in the order. By them clients know
/// whether what they have is still true (`ETag`), and sweeps what has changed since they began. No number is given out twice, so
/// a transaction has one of these, with its `Names`, and nothing else writes the setting.
final class ChangeSequence {
  private let db: Database
  /// Nil until it is asked for: most transactions change no resource.
  private var number: Int64?
  private var isKept = true

  init(_ db: Database) { self.db = db }

  /// The number that was given out last, in this transaction or before.
  /// - Throws: `MirrorUnusable` where the mirror holds none that can be.
  func last() throws -> Int64 {
    if let number { return number }
    let last = try ChangeNumber.last(db)
    number = last
    return last
  }

  /// Gives out the next one.
  /// - Throws: as `last`.
  @discardableResult
  func next() throws -> Int64 {
    let next = try last() + 1
    number = next
    isKept = false
    return next
  }

  /// Keeps the last one for the next transaction. To be called before the end of each that was given any.
  func keep() throws {
    guard !isKept, let number else { return }
    try db.run(
      sql: "INSERT INTO setting (name, value) VALUES ('sequence', ?1) ON CONFLICT (name) DO UPDATE SET value = ?1",
      arguments: [String(number)])
    isKept = true
  }
}
