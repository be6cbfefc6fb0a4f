import Crypto
import Foundation
import GRDB
import JSONAPI

/// Digests of resource objects as the site sent them, by SHA-256. What besides the bytes decides what is made of an object goes before
/// them: what is read in another manner has another digest.
struct RowHash: Sendable {
  private let begun: SHA256

  init(manner: [UInt8]) {
    var begun = SHA256()
    // A whole block of the hash, so that this is gone through once and not for each object.
    begun.update(data: Array(SHA256.hash(data: manner)) + [UInt8](repeating: 0, count: 32))
    self.begun = begun
  }

  func digest(_ bytes: UnsafeRawBufferPointer) -> RowDigest? {
    var hash = begun
    hash.update(bufferPointer: bytes)
    return hash.finalize().withUnsafeBytes { RowDigest(length: bytes.count, hash: $0) }
  }
}

/// A stretch of a type's stored resources in the order of their serial numbers, with how the site sent them.
package struct SweptStretch: Sendable {
  /// Those that are recognised by their bytes.
  package var known: KnownRows
  /// All that are stored, whether or not they are recognised: serial numbers in their order, and interned (type, id).
  package var stored: [(serial: Int64, id: Int64)]
  /// The least serial number that it is about.
  package var first: Int64
  /// Whether nothing is stored behind it.
  package var isLast: Bool
  /// Whether some row or page of the type is set aside: then each page is looked at for what is in order again.
  package var hasSetAside: Bool
  /// The mirror's last change when it was read.
  package var number: Int64

  /// How far it is known what is stored; the last serial number may have more rows.
  package var end: Int64 { isLast ? .max : (stored.last?.serial ?? first) - 1 }

  /// Whether a page shows all that is stored above a serial number and up to another one.
  package func isAllShown(after: Int64, through: Int64, by ids: Set<Int64>) -> Bool {
    guard after >= first - 1, through <= end else { return false }
    return stored[place(behind: after)...].prefix { $0.serial <= through }.allSatisfy { ids.contains($0.id) }
  }

  /// How many resources it has with greater serial numbers than this one.
  package func count(behind serial: Int64) -> Int { stored.count - place(behind: serial) }

  private func place(behind serial: Int64) -> Int {
    var (low, high) = (0, stored.count)
    while low < high {
      let middle = (low + high) / 2
      if stored[middle].serial > serial { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// Pages of a sweep on which everything is as it is stored: of them nothing has to be kept but how far the sweep has come, and that can
/// wait for some more.
package struct QuietPages: Sendable {
  /// The resources on them, as interned (type, id).
  package var ids: [Int64] = []
  /// How many pages they are.
  package var pages = 0
  /// The mirror's last change when the first of them was compared; nil for no page.
  package var number: Int64?

  /// None.
  package init() {}

  /// One more page.
  package mutating func note(_ ids: some Collection<Int64>, asOf number: Int64) {
    self.ids += ids
    pages += 1
    self.number = min(self.number ?? number, number)
  }
}

extension Reading {
  /// What is stored of a type from a serial number on, and how the site sent it. What has local changes, or was just sent, is not
  /// recognised: its page is merged, not compared.
  /// - Parameters:
  ///   - count: how many resources at most.
  ///   - manner: how the type is read now.
  package func sweptStretch(
    of type: String, from first: Int64, count: Int, manner: [UInt8]
  ) throws -> SweptStretch {
    let hash = RowHash(manner: manner)
    var stretch = SweptStretch(
      known: KnownRows(type: type, manner: manner, rows: [:]) { hash.digest($0) }, stored: [], first: first,
      isLast: true, hasSetAside: true, number: 0)
    try read { db in
      stretch.number = try ChangeNumber.last(db)
      stretch.hasSetAside =
        try Bool.cachedOne(
          db, sql: "SELECT EXISTS (SELECT 1 FROM set_aside WHERE type = ? AND kind IN ('row', 'page'))",
          arguments: [type]) ?? true
      guard let id = try Int64.cachedOne(db, sql: "SELECT id FROM resource_type WHERE name = ?", arguments: [type])
      else { return }
      let rows = try RawStatement(cached: Reading.sweptStretch, db)
      rows.bind(id, at: 1)
      rows.bind(first, at: 2)
      rows.bind(Int64(count), at: 3)
      defer { rows.reset() }
      while try rows.step() {
        let (id, serial) = (rows.integer(0), rows.integer(1))
        stretch.stored.append((serial, id))
        guard !rows.isNull(2), let uuid = ResourceID(bytes: rows.bytes(4)),
          let digest = RowDigest(length: Int(rows.integer(2)), hash: rows.bytes(3))
        else { continue }
        stretch.known.rows[uuid] = KnownRow(id: id, internalID: serial, digest: digest)
      }
      stretch.isLast = stretch.stored.count < count
    }
    return stretch
  }

  private static let sweptStretch = """
    SELECT r.id, r.internal_id, d.length, d.digest, i.uuid
    FROM resource r LEFT JOIN row_digest d ON d.resource = r.id
      AND r.id NOT IN (SELECT resource FROM outbox_copy) AND r.id NOT IN (SELECT resource FROM outbox_echo)
    LEFT JOIN identity i ON i.id = d.resource
    WHERE r.type = ?1 AND r.internal_id >= ?2 ORDER BY r.internal_id LIMIT ?3
    """
}
