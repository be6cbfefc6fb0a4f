import GRDB
import JSONAPI

/// Which members of stored resources the site no longer sends, by name: attributes and relationships. What has the same values under
/// another name is not lost.
package struct LostFields: Sendable, Hashable {
  /// How many resources were compared.
  package var resources = 0
  /// Whether what was compared is all there is, and as it is stored.
  package var isNothingNew = false
  /// By member: how many of them have it stored, and how many of those lack it now. Only members that some lack.
  package var counts: [String: Count] = [:]

  /// Of how many resources a member vanished.
  package struct Count: Sendable, Hashable {
    /// Resources that have it stored.
    package var had: Int
    /// Those of them that the site sends without it.
    package var lost: Int

    /// Both counts; `lost` is part of `had`.
    package init(had: Int, lost: Int) {
      self.had = had
      self.lost = lost
    }
  }

  /// Nothing compared.
  package init() {}

  /// Compares stored documents with those that the site sends now.
  package init(_ pairs: [(stored: [UInt8], now: [UInt8])]) { self.init(pairs, same: 0) { [] } }

  /// The same with more that are known to be as they are stored.
  /// - Parameters:
  ///   - same: how many these are.
  ///   - documents: their documents, which nearly nobody needs.
  package init(
    _ pairs: [(stored: [UInt8], now: [UInt8])], same: Int, _ documents: () throws -> [[UInt8]]
  ) rethrows {
    resources = pairs.count + same
    let changed = pairs.filter { $0.stored != $0.now }
    if changed.isEmpty { return }
    var had: [String: Int] = [:]
    var lost: [String: Int] = [:]
    var renamed: [String: [String: Int]] = [:]
    for pair in changed {
      guard let before = LostFields.names(pair.stored), let now = LostFields.names(pair.now) else { continue }
      for name in before { had[name, default: 0] += 1 }
      let (gone, new) = (before.subtracting(now), now.subtracting(before))
      for name in gone { lost[name, default: 0] += 1 }
      if gone.isEmpty || new.isEmpty { continue }
      for (name, others) in LostFields.sameValues(gone, of: pair.stored, new, of: pair.now) {
        for other in others { renamed[name, default: [:]][other, default: 0] += 1 }
      }
    }
    // Of most resources: some may have been edited meanwhile.
    lost = lost.filter { name, count in !(renamed[name]?.values.contains { $0 > count / 2 } ?? false) }
    if lost.isEmpty { return }
    for document in try pairs.lazy.filter({ $0.stored == $0.now }).map(\.stored) + documents() {
      for name in LostFields.names(document) ?? [] where lost[name] != nil { had[name, default: 0] += 1 }
    }
    for (name, count) in lost { counts[name] = Count(had: had[name] ?? count, lost: count) }
  }

  /// Under which new names stand the values that some members had; no more than 32 for each.
  private static func sameValues(
    _ gone: Set<String>, of stored: [UInt8], _ new: Set<String>, of now: [UInt8]
  ) -> [String: [String]] {
    let names = Dictionary(grouping: values(of: new, in: now)) { $0.value }
      .mapValues { members in Array(members.map { $0.name }.sorted().prefix(32)) }
    var same: [String: [String]] = [:]
    for member in values(of: gone, in: stored) { same[member.name] = names[member.value] }
    return same
  }

  private static func values(of names: Set<String>, in document: [UInt8]) -> [(name: String, value: [UInt8])] {
    document.withUnsafeBytes { bytes in
      guard let layout = StoredLayout(bytes) else { return [] }
      return (layout.attributes + layout.relationships).filter { names.contains($0.name) }
        .map { ($0.name, Array(bytes[$0.value])) }
    }
  }

  /// The subject under which vanished members are set aside.
  package static let subject = "vanished members"

  /// The members of a stored document; nil for a damaged one.
  package static func names(_ document: [UInt8]) -> Set<String>? {
    document.withUnsafeBytes { bytes in
      StoredLayout(bytes).map { layout in
        Set(layout.attributes.map(\.name)).union(layout.relationships.map(\.name))
      }
    }
  }
}

extension Reading {
  /// Compares what the site sends of a type with what is stored of it. Labels alone are passed by: they replace nothing.
  package func lostFields(in resources: [ScannedResource], of type: String) throws -> LostFields {
    // Of nearly every page all is as it is stored: one look for all of it, and no copies; none where it is known by its bytes.
    let known = resources.filter { $0.known != nil }
    if known.count == resources.count { return LostFields([], same: known.count) { [] } }
    return try read { db in
      guard let id = try Int64.cachedOne(db, sql: "SELECT id FROM resource_type WHERE name = ?", arguments: [type])
      else { return LostFields() }
      let document = try RawStatement(cached: Reading.siteDocument, db)
      var pairs: [(stored: [UInt8], now: [UInt8])] = []
      func look<Value>(_ resource: ScannedResource, _ body: (UnsafeRawBufferPointer) -> Value) throws -> Value? {
        document.bind(resource.uuid, at: 1)
        document.bind(id, at: 2)
        defer { document.reset() }
        return try document.step() && !document.isNull(0) ? body(document.bytes(0)) : nil
      }
      for resource in resources where !resource.isLabelOnly && resource.known == nil {
        let now = resource.document
        let stored = try look(resource) { stored in
          now.withUnsafeBytes { ByteSearch.isSame($0, stored) } ? now : Array(stored)
        }
        if let stored { pairs.append((stored, now)) }
      }
      var lost = try LostFields(pairs, same: known.count) {
        try known.compactMap { resource in try look(resource) { Array($0) } }
      }
      lost.isNothingNew = lost.resources == resources.count && pairs.allSatisfy { $0.stored == $0.now }
      return lost
    }
  }

  /// How many resources of a type are stored with a member, counted no further than a bound.
  package func count(of type: String, with member: String, upTo most: Int) throws -> Int {
    try read { db in
      let rows = try Row.fetchCursor(
        db.cachedStatement(
          sql: "SELECT document FROM resource WHERE type = (SELECT id FROM resource_type WHERE name = ?)"),
        arguments: [type])
      var count = 0
      while count < most, let row = try rows.next() {
        let document: String = try row.decode(atIndex: 0)
        if LostFields.names(Array(document.utf8))?.contains(member) ?? false { count += 1 }
      }
      return count
    }
  }

  /// The types of which members are on record as vanished.
  package func typesWithVanishedFields() throws -> Set<String> {
    try read { db in
      Set(
        try String.cachedAll(
          db, sql: "SELECT type FROM set_aside WHERE kind = 'field' AND subject = ?", arguments: [LostFields.subject]))
    }
  }
}

extension Pulling {
  /// Puts a type's members on record that vanished, or takes the record back.
  /// - Parameter thing: nil where all are there again.
  package func noteVanishedFields(of type: String, _ thing: SetAside?) throws {
    if let thing { return try setAside([thing]) }
    try takeBack(.field, of: type, subject: LostFields.subject)
  }
}
