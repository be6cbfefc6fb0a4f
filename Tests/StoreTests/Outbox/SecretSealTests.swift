import Foundation
import GRDB
import JSONAPI
import Store
import Support
import Testing

extension OutboxBench {
  /// The names of the files in the mirror's folder that hold a text, whatever they are.
  fileprivate func filesThatHold(_ text: String) throws -> [String] {
    let folder = made.folder.path
    return try FileManager.default.contentsOfDirectory(atPath: folder).filter { name in
      let content = FileManager.default.contents(atPath: "\(folder)/\(name)")
      return content?.range(of: Data(text.utf8)) != nil
    }
  }

  fileprivate var keyPath: String { made.folder.appending(path: "mirror.sqlite.outbox-key").path }
  fileprivate func logBytes() -> Int {
    FileManager.default.contents(atPath: made.folder.appending(path: "mirror.sqlite-wal").path)?.count ?? 0
  }

  fileprivate func settle(_ sent: OutboxChange, _ title: String) throws {
    _ = try mirror.outbox.settle(sent, as: .resource(site(Topic.usual(title: title))), at: OutboxBench.now)
  }
}

/// A password that is on its way to the site stands in no file as it is, neither before it is sent nor afterwards.
@Suite struct SecretSealTests {
  private static let secret = "a-password-that-stands-nowhere"

  @Test func aPasswordStandsInNoFile() throws {
    let bench = try OutboxBench()
    try bench.patch(["title": "Two", "pass": .string(Self.secret)])
    #expect(try bench.filesThatHold(Self.secret).isEmpty && !bench.filesThatHold("sealed").isEmpty)
    let sent = try bench.send()
    #expect(sent.members.contains { $0.name == "pass" && $0.local == .string(Self.secret) })
    #expect(try bench.filesThatHold(Self.secret).isEmpty)
    try bench.settle(sent, "Two")
    #expect(try bench.mirror.reading.fact(.logHoldsRemoved) == "1" && bench.logBytes() > 0)
    #expect(try bench.mirror.sweeping.truncateLogIfDue())
    #expect(try bench.filesThatHold(Self.secret).isEmpty)
    #expect(try bench.mirror.reading.fact(.logHoldsRemoved) == "0")
  }

  /// What was written here and taken back again stands in no row, neither as what was sent nor as what the next change replaced.
  @Test(arguments: [true, false]) func whatIsTakenBackStandsInNoRow(isSent: Bool) throws {
    let bench = try OutboxBench()
    let sentence = "A sentence that somebody takes back"
    try bench.patch(["title": .string(sentence)])
    let first = try bench.only()
    if isSent { try bench.settle(bench.send(), sentence) }
    try bench.patch(["title": "Two"])
    try bench.settle(bench.send(), "Two")
    #expect(try bench.mirror.outbox.change(first.id)?.members.isEmpty == true)
    #expect(try bench.mirror.outbox.unsettledChanges().isEmpty)
    // A copy has the rows alone, and no remains of pages.
    let copy = bench.made.folder.appending(path: "copy.sqlite").path
    let queue = try DatabaseQueue(path: bench.made.folder.appending(path: "mirror.sqlite").path)
    try queue.writeWithoutTransaction { try $0.execute(sql: "VACUUM INTO ?", arguments: [copy]) }
    try queue.close()
    let content = try #require(FileManager.default.contents(atPath: copy))
    #expect(content.range(of: Data("Two".utf8)) != nil && content.range(of: Data(sentence.utf8)) == nil)
  }

  /// Pages of the outbox are divided and rearranged, where SQLite leaves remains of rows behind.
  @Test func remainsOfRowsHoldNoPassword() throws {
    let bench = try OutboxBench()
    for number in 0..<60 {
      let long = String(repeating: "x", count: number * 61 % 2_000)
      try bench.patch(["title": .string("\(number) \(long)"), "pass": .string("\(Self.secret) \(number)")])
      try bench.patch(["pass": .string("\(Self.secret) \(number) \(long)")])
      let change = try bench.only()
      if number % 3 == 0 {
        _ = try bench.mirror.outbox.drop(change.id, at: OutboxBench.now)
      } else {
        try bench.settle(bench.send(), "\(number)")
      }
      if number % 20 == 0 { #expect(try bench.filesThatHold(Self.secret).isEmpty) }
    }
    try bench.mirror.sweeping.truncateLog()
    #expect(try bench.filesThatHold(Self.secret).isEmpty)
  }

  @Test func theKeyIsItsOwnersAlone() throws {
    let bench = try OutboxBench()
    #expect(!FileManager.default.fileExists(atPath: bench.keyPath))
    try bench.patch(["title": "Two"])
    #expect(!FileManager.default.fileExists(atPath: bench.keyPath))
    try bench.patch(["pass": .string(Self.secret)])
    let attributes = try FileManager.default.attributesOfItem(atPath: bench.keyPath)
    #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600 && (attributes[.size] as? NSNumber) == 32)
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: bench.keyPath)
    let unreadable = try #require(try bench.mirror.outbox.waiting().unreadable.first)
    #expect(unreadable.reason.contains("chmod 600"), "\(unreadable)")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: bench.keyPath)
  }

  /// Without the key a change with a password costs itself alone, and is good again when the key is back.
  @Test func aKeyThatIsAwayCostsItsChangesAlone() throws {
    let bench = try OutboxBench()
    try bench.patch(["pass": .string(Self.secret)])
    try FileManager.default.moveItem(atPath: bench.keyPath, toPath: bench.keyPath + ".away")
    let found = try bench.mirror.outbox.waiting()
    #expect(found.changes.isEmpty && found.unreadable.count == 1)
    #expect("\(found.unreadable)".contains("outbox-key") && !"\(found.unreadable)".contains(Self.secret))
    try FileManager.default.moveItem(atPath: bench.keyPath + ".away", toPath: bench.keyPath)
    #expect(try bench.only().members.contains { $0.local == .string(Self.secret) })
    // Another key opens nothing.
    let key = try #require(FileManager.default.contents(atPath: bench.keyPath))
    #expect(FileManager.default.createFile(atPath: bench.keyPath, contents: Data(repeating: 7, count: 32)))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: bench.keyPath)
    #expect(try bench.mirror.outbox.waiting().unreadable.first?.reason.contains("another key") == true)
    #expect(FileManager.default.createFile(atPath: bench.keyPath, contents: key))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: bench.keyPath)
  }

  /// What was recorded by a program that did not seal is sent, and forgotten, as before.
  @Test func anOpenPasswordOfBeforeIsRead() throws {
    let bench = try OutboxBench()
    try bench.patch(["title": "Two"])
    let change = try bench.only()
    let other = try DatabaseQueue(path: bench.made.folder.appending(path: "mirror.sqlite").path)
    let members = #"[{"in":"attributes","name":"pass","local":"\#(Self.secret)"}]"#
    try other.write {
      try $0.execute(sql: "UPDATE outbox SET members = ? WHERE id = ?", arguments: [members, change.id])
    }
    try other.close()
    #expect(try bench.only().members.contains { $0.local == .string(Self.secret) })
    let sent = try bench.send()
    try bench.settle(sent, "One")
    try bench.mirror.sweeping.truncateLog()
    #expect(try bench.filesThatHold(Self.secret).isEmpty)
  }

  /// What a client writes is never taken for what was sealed here.
  @Test func whatLooksSealedIsSent() throws {
    let bench = try OutboxBench()
    let given: JSON = ["sealed": "AAAA", "value": "x"]
    try bench.patch(["pass": given])
    #expect(try bench.only().members.first { $0.name == "pass" }?.local == given)
  }

  @Test func whatIsSalvagedCanBeSent() throws {
    let bench = try OutboxBench()
    try bench.patch(["pass": .string(Self.secret)])
    let path = bench.made.folder.appending(path: "mirror.sqlite").path
    let saved = bench.made.folder.appending(path: "saved.sqlite").path
    _ = try Salvage(of: path, into: saved)
    let mirror = try Mirror(path: saved)
    #expect(try mirror.outbox.unsettledChanges().first?.members.contains { $0.local == .string(Self.secret) } == true)
    try mirror.close()
    #expect(try bench.filesThatHold(Self.secret).isEmpty)
  }
}
