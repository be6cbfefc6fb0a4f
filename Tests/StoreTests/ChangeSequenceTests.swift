import Foundation
import GRDB
import JSONAPI
import Store
import Support
import Testing

/// The mirror's number moves with everything by which reads come out otherwise, one place writes it, and each number of a resource
/// carries a note.
@Suite struct ChangeSequenceTests {
  private func number(_ bench: OutboxBench) throws -> Int64 {
    let number: Int64? = try bench.value("SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'sequence'")
    return try #require(number)
  }

  @Test func whateverLeavesOrComesBackMovesIt() throws {
    let bench = try OutboxBench()
    let now = OutboxBench.now
    var last = try number(bench)
    func expectMoved(_ what: String, isThere: Bool, _ uuid: ResourceID? = nil) throws {
      let current = try number(bench)
      #expect(current > last, "\(what)")
      last = current
      let isShown = try bench.shown(uuid) != nil
      #expect(isShown == isThere, "\(what)")
      let broken = try bench.mirror.reporting.check().filter { $0.violations > 0 }
      #expect(broken.isEmpty, "\(what): \(broken)")
    }
    let deletion = try bench.record(.delete)
    try expectMoved("a deletion here", isThere: false)
    _ = try bench.mirror.outbox.drop(#require(deletion.change), at: now)
    try expectMoved("a deletion that is given up", isThere: true)
    let new = try #require(ResourceID("7d1f6a3e-0000-4000-8000-0000000000aa"))
    try bench.record(.create(bench.object(["title": "New"])), new)
    try expectMoved("a creation", isThere: true, new)
    try bench.record(.delete, new)
    try expectMoved("a creation that is taken back", isThere: false, new)
    let other = try #require(ResourceID("7d1f6a3e-0000-4000-8000-0000000000ab"))
    try bench.record(.create(bench.object(["title": "Other"])), other)
    try expectMoved("another creation", isThere: true, other)
    _ = try bench.mirror.outbox.drop(bench.only().id, at: now)
    try expectMoved("a creation that is given up", isThere: false, other)
    try bench.record(.delete)
    try expectMoved("another deletion here", isThere: false)
    try bench.mirror.outbox.reject(bench.send(), error: "403", document: nil, at: now)
    try expectMoved("a deletion that the site refuses", isThere: true)
  }

  @Test func aSweepsRemovalMovesIt() throws {
    let bench = try OutboxBench()
    _ = try bench.mirror.sweeping.beginSweep(of: "node--topic", at: 1)
    let before = try number(bench)
    let topic = try #require(try bench.mirror.sweeping.everything(of: "node--topic").first)
    let done = try bench.mirror.sweeping.remove(
      [Removal(topic, .deleted, how: "404")], of: "node--topic", onHidden: .drop, at: 1)
    #expect(done == [.deleted: 1])
    #expect(try number(bench) > before)
  }

  /// Collections come in the order of serial numbers.
  @Test func anotherOrderMovesIt() throws {
    let attributes = #""attributes":{"drupal_internal__nid":9001,"number":5,"title":"One"}"#
    let bench = try OutboxBench(Topic.object(Topic.links, attributes, Topic.relationships()))
    let before = try number(bench)
    try bench.mirror.discovery.note(serialNumber: "number", of: "node--topic")
    let serial: Int64? = try bench.value("SELECT internal_id FROM resource")
    #expect(serial == 5)
    #expect(try number(bench) > before)
  }

  // MARK: Notes

  /// What the view `change_notes` says of resources with numbers above one, in the order of numbers: `uuid kind origin`.
  private func notes(_ bench: OutboxBench, after number: Int64) throws -> [String] {
    let queue = try DatabaseQueue(path: bench.made.folder.appending(path: "mirror.sqlite").path)
    return try queue.read { db in
      try Row.fetchAll(
        db, sql: "SELECT uuid, kind, origin, noted FROM change_notes WHERE sequence > ? ORDER BY sequence",
        arguments: [number]
      ).map { row -> String in
        let noted: Int64 = try row.decode(forColumn: "noted")
        #expect(abs(noted - Int64(Date().timeIntervalSince1970)) < 3600)
        let (kind, origin): (String, String) = try (row.decode(forColumn: "kind"), row.decode(forColumn: "origin"))
        return try "\(row.decode(String.self, forColumn: "uuid")) \(kind) \(origin)"
      }
    }
  }

  @Test func everyChangeLeavesItsNote() throws {
    let bench = try OutboxBench()
    #expect(try notes(bench, after: 0) == ["\(Topic.id) created site"])
    var last = try number(bench)
    func expectNoted(_ note: String, _ what: String) throws {
      let found = try notes(bench, after: last)
      #expect(found == [note], "\(what)")
      last = try number(bench)
      let twice: Int64? = try bench.value(
        "SELECT sequence FROM change_notes GROUP BY sequence HAVING count(*) > 1")
      let several: String? = try bench.value("SELECT uuid FROM change_notes GROUP BY type, uuid HAVING count(*) > 1")
      #expect(twice == nil && several == nil, "\(what)")
    }
    _ = try bench.made.take(Topic.usual(title: "Two"))
    try expectNoted("\(Topic.id) changed site", "a change by a pull")
    try bench.patch(["title": "Three"])
    try expectNoted("\(Topic.id) changed local", "a PATCH")
    _ = try bench.made.take(Topic.usual(title: "Two", users: [Topic.user, Topic.other]))
    try expectNoted("\(Topic.id) changed rebase", "a change by a pull under a local one")
    let deletion = try bench.record(.delete)
    try expectNoted("\(Topic.id) removed local", "a DELETE")
    _ = try bench.mirror.outbox.drop(#require(deletion.change), at: OutboxBench.now)
    try expectNoted("\(Topic.id) created rebase", "a DELETE that is given up")
    let new = try #require(ResourceID("7d1f6a3e-0000-4000-8000-0000000000aa"))
    try bench.record(.create(bench.object(["title": "New"])), new)
    try expectNoted("\(new) created local", "a POST")
    let other = "11111111-2222-4333-8444-666666666666"
    let object = Topic.usual().replacing(Topic.id, with: other).replacing("9001", with: "9002")
    _ = try bench.made.take(object)
    try expectNoted("\(other) created site", "a creation by a pull")
    _ = try bench.mirror.sweeping.beginSweep(of: "node--topic", at: 1)
    let all = try bench.mirror.sweeping.everything(of: "node--topic")
    let candidate = try #require(all.first { $0.uuid.description == other })
    let done = try bench.mirror.sweeping.remove(
      [Removal(candidate, .deleted, how: "404")], of: "node--topic", onHidden: .drop, at: 1)
    #expect(done == [.deleted: 1])
    try expectNoted("\(other) removed site", "a removal by a sweep")
    _ = try bench.made.take(object)
    try expectNoted("\(other) created site", "what a pull brings back")
  }

  @Test func whatTheSiteMakesOfAChangeIsItsOwn() throws {
    let bench = try OutboxBench()
    try bench.patch(["title": "Two"])
    let sent = try bench.send()
    let last = try number(bench)
    let site = try bench.site(Topic.usual(title: "Two, says the site"))
    #expect(try bench.mirror.outbox.settle(sent, as: .resource(site), at: OutboxBench.now))
    #expect(try notes(bench, after: last) == ["\(Topic.id) changed site"])
  }

  // MARK: The sources

  private static let store = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Sources/Store")

  /// Statements that only these files may have, and why there.
  private static let forms: [(form: String, files: Set<String>)] = [
    // What stores a resource gives it its number.
    (#"\b(INSERT|REPLACE)(\s+OR\s+[A-Z]+)?\s+INTO\s+"?resource\b"#, ["ResourceWriter.swift"]),
    (#"\bDELETE\s+FROM\s+"?resource\b"#, ["ResourceWriter.swift"]),
    // The order of all rows of a type at once, which takes one number.
    (#"\bUPDATE(\s+OR\s+[A-Z]+)?\s+"?resource\b"#, ["SerialNumberRepair.swift"]),
    // The notes of what has left: the migration and the removal write them, what comes back takes its own away, and those of long ago go.
    (#"\bINTO\s+removed_resource\b"#, ["ChangeSequence.swift"]),
    (#"\b(UPDATE|DELETE\s+FROM)\s+removed_resource\b"#, ["ResourceWriter.swift", "FeedRetention.swift"]),
    (#"\bINTO\s+departure\b"#, ["Departures.swift"]),
    // The last number that was given out.
    (#"\bINTO\s+setting\b[^;"]*'sequence'"#, ["ChangeSequence.swift"]),
    (#"\b(UPDATE|DELETE\s+FROM)\s+setting\b[^;"]*'sequence'"#, []),
  ]

  @Test func onePlaceWritesIt() throws {
    let files = try #require(FileManager.default.enumerator(at: Self.store, includingPropertiesForKeys: nil))
    let forms = try Self.forms.map { (form: try Regex($0.form).ignoresCase(), files: $0.files) }
    var found = forms.map { _ in Set<String>() }
    for case let file as URL in files where file.pathExtension == "swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      for (index, form) in forms.enumerated() where text.contains(form.form) {
        found[index].insert(file.lastPathComponent)
      }
    }
    for (index, form) in Self.forms.enumerated() {
      #expect(found[index] == form.files, "\(form.form): pass through ResourceWriter and ChangeSequence")
    }
  }
}
