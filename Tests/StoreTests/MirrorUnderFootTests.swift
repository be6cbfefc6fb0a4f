import Foundation
import GRDB
import Support
import Testing

@testable import Store

/// The file of a mirror while other programs and people have their hands on it.
@Suite struct MirrorUnderFootTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "foot-\(UUID().uuidString)")
  private var path: String { folder.appending(path: "m.sqlite").path }

  private func refusal(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no refusal"
    } catch { return "\(error)" }
  }

  private func withFolder(_ body: () throws -> Void) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body()
  }

  @Test(arguments: [MirrorPurpose.making, .writing, .serving, .looking])
  func whatIsNoMirrorIsRefusedByNameAndLeftAlone(purpose: MirrorPurpose) throws {
    try withFolder {
      try Data().write(to: URL(filePath: path))
      #expect(refusal { _ = try Mirror(path: path, for: purpose) }.contains("\(path) is empty (0 bytes)"))
      #expect(try Data(contentsOf: URL(filePath: path)).isEmpty)
      try FileManager.default.removeItem(atPath: path)
      let other = try DatabaseQueue(path: path)
      try other.write { try $0.execute(sql: "CREATE TABLE notes (text)") }
      try other.close()
      let before = try Data(contentsOf: URL(filePath: path))
      #expect(refusal { _ = try Mirror(path: path, for: purpose) }.contains("no mirror: its tables are notes"))
      #expect(try Data(contentsOf: URL(filePath: path)) == before)
      try FileManager.default.removeItem(atPath: path)
      #expect(mkfifo(path, 0o600) == 0)
      #expect(refusal { _ = try Mirror(path: path, for: purpose) }.contains("\(path) is no file"))
    }
  }

  /// What SQLite keeps beside a file that is gone is not mixed with a new one.
  @Test(arguments: ["-wal", "-shm", "-journal"]) func noMirrorIsMadeBesideWhatAnotherLeft(suffix: String) throws {
    try withFolder {
      let left = path + suffix
      try Data([1]).write(to: URL(filePath: left))
      for purpose in [MirrorPurpose.making, .writing, .serving, .looking] {
        #expect(refusal { _ = try Mirror(path: path, for: purpose) }.contains("but \(left) of one that was there"))
      }
      #expect(try Data(contentsOf: URL(filePath: left)) == Data([1]) && !FileManager.default.fileExists(atPath: path))
      try FileManager.default.removeItem(atPath: left)
      try Mirror(path: path).close()
    }
  }

  /// A mirror of another program's kind: the tables are ours, the mark is not.
  @Test func anotherApplicationsMarkIsRefused() throws {
    try withFolder {
      try Mirror(path: path).close()
      let queue = try DatabaseQueue(path: path)
      try queue.inDatabase { db in
        #expect(try Int64.fetchOne(db, sql: "PRAGMA application_id") == MirrorOpening.applicationID)
        try db.execute(sql: "PRAGMA application_id = 7")
      }
      try queue.close()
      #expect(refusal { _ = try Mirror(path: path) }.contains("its application id is 7"))
    }
  }

  @Test(arguments: [MirrorPurpose.writing, .serving, .looking]) func onlyMakingMakes(purpose: MirrorPurpose) throws {
    let refused = refusal { _ = try Mirror(path: path, for: purpose) }
    #expect(refused.contains("there is no mirror at \(path) yet; social-mirror sync makes it"))
    #expect(!FileManager.default.fileExists(atPath: folder.path))
  }

  /// What a killed first start left is none, and goes with the next.
  @Test func draftsOfTheDeadGo() throws {
    try withFolder {
      let draft = path + ".new-999999999-1"
      try Data("half".utf8).write(to: URL(filePath: draft))
      try Mirror(path: path).close()
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["m.sqlite"])
    }
  }

  enum Change: CaseIterable { case removed, replaced, truncated, overwritten, older }

  /// Nothing is acknowledged that goes into nothing, and nothing is read of it.
  @Test(arguments: Change.allCases) func aFileThatIsNoLongerTheSameIsNoticed(change: Change) throws {
    try withFolder {
      let mirror = try Mirror(path: path)
      let reader = ResourceReader(mirror)
      try mirror.discovery.note(.siteAccount, "a")
      try mirror.database.emptyLog()
      let backup = path + ".backup"
      try FileManager.default.copyItem(atPath: path, toPath: backup)
      // The header moves on with what is added to the file.
      try mirror.database.write {
        try $0.execute(sql: "CREATE TABLE more (a); INSERT INTO more VALUES (zeroblob(100000))")
      }
      try mirror.database.emptyLog()
      try mirror.file.checkNow()
      switch change {
      case .removed: try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
      case .replaced: #expect(rename(backup, path) == 0)
      case .truncated: #expect(truncate(path, 0) == 0)
      case .overwritten: try write(over: path, Data(repeating: 7, count: 50_000))
      case .older: try write(over: path, try Data(contentsOf: URL(filePath: backup)))
      }
      #expect(throws: MirrorFault.self) { try mirror.discovery.note(.siteAccount, "b") }
      #expect(throws: MirrorFault.self) { _ = try mirror.reading.fact(.siteAccount) }
      #expect(throws: MirrorFault.self) { _ = try reader.single(seeing: .everything) { try $0.types() } }
      if change == .removed {
        // What it was removed from holds what was written last: no other mirror is made beside that.
        #expect(refusal { _ = try Mirror(path: path) }.contains("no new mirror is made beside"))
        #expect(!FileManager.default.fileExists(atPath: path))
        try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
        try mirror.file.checkNow()
        #expect(try mirror.reading.fact(.siteAccount) == "a")
        try mirror.discovery.note(.siteAccount, "c")
        try mirror.close()
      } else {
        #expect(throws: MirrorFault.self) { try mirror.close() }
      }
    }
  }

  private func write(over path: String, _ data: Data) throws {
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.truncate(atOffset: 0)
    try handle.write(contentsOf: data)
    try handle.close()
  }

  /// Another program holds the write lock: writes give up when their time is up, reads go on, and then all is as
  /// before.
  @Test func anotherProgramsLockEndsWritesInTimeAndNoReads() throws {
    try withFolder {
      let mirror = try Mirror(path: path)
      try mirror.discovery.note(.siteAccount, "a")
      let other = try DatabaseQueue(path: path)
      try other.inDatabase { db in
        try db.execute(sql: "BEGIN IMMEDIATE")
        let begun = ContinuousClock.now
        let fault = #expect(throws: MirrorFault.self) {
          try WritePatience.$end.withValue(begun + .milliseconds(300)) { try mirror.discovery.note(.siteAccount, "b") }
        }
        #expect(fault?.kind == .busy)
        let taken = ContinuousClock.now - begun
        #expect(taken >= .milliseconds(300) && taken < .seconds(10), "\(taken)")
        #expect(try mirror.reading.fact(.siteAccount) == "a")
        try db.execute(sql: "COMMIT")
      }
      try mirror.discovery.note(.siteAccount, "c")
      #expect(try mirror.reading.fact(.siteAccount) == "c")
    }
  }

  /// A copy that may only be read, with and without a log beside it.
  @Test(arguments: [false, true]) func aCopyIsReadAndNotWritten(hasLog: Bool) throws {
    try withFolder {
      let mirror = try Mirror(path: path)
      try mirror.discovery.note(.siteAccount, "a")
      if !hasLog { try mirror.close() }
      let copy = try Mirror(path: path, for: .serving, mayWrite: false)
      #expect(copy.file.isReadOnly && copy.file.access == (hasLog ? .reading : .frozen))
      #expect(try copy.reading.fact(.siteAccount) == "a")
      #expect(try copy.reporting.check().allSatisfy { $0.violations == 0 })
      let fault = #expect(throws: MirrorFault.self) { try copy.discovery.note(.siteAccount, "b") }
      #expect(fault?.kind == .readOnly)
      #expect(refusal { _ = try Mirror(path: path, for: .writing, mayWrite: false) }.contains("for reading alone"))
      if !hasLog {
        // Who writes it although nobody should is noticed.
        try Mirror(path: path).discovery.note(.siteAccount, "c")
        #expect(throws: MirrorFault.self) { try copy.file.checkNow() }
      }
      try? copy.close()
    }
  }

  /// What is lost is told by table; what nobody else has is saved.
  @Test(arguments: [("outbox", Damage.Part.changes), ("resource", .resources), ("consumer", .clients)])
  func damageIsToldAndTheRestSaved(table: String, part: Damage.Part) throws {
    let made = try CrawledMirror.full(damagedBy: "bytes of a table written over")
    let path = made.folder.appending(path: "mirror.sqlite").path
    try made.mirror.tokens.save(
      ConsumerRow(id: "crm", label: "CRM", secretHash: nil, grants: ["password"], scopes: ["read"], created: 1))
    let root = try made.mirror.database.read { db in
      try Int.fetchOne(db, sql: "SELECT rootpage FROM sqlite_master WHERE name = ?", arguments: [table]) ?? 0
    }
    try made.mirror.close()
    let handle = try #require(FileHandle(forUpdatingAtPath: path))
    try handle.seek(toOffset: UInt64((root - 1) * 16_384))
    try handle.write(contentsOf: Data(repeating: 0xA5, count: 16_384))
    try handle.close()

    let damage = Damage(path: path, fault: nil)
    let found = try #require(damage.tables.first { $0.name == table })
    #expect(damage.tables.count == 1 && found.part == part && found.extent == .rows)
    #expect(damage.advice.contains { $0.contains("social-mirror salvage \(path).saved") })

    let saved = try Salvage(of: path, into: path + ".saved")
    let new = try Mirror(path: path + ".saved", for: .writing)
    #expect(try new.tokens.consumer("crm") != nil || table == "consumer")
    #expect(try new.reading.fact(.siteAccount) == CrawledMirror.account)
    #expect(try new.reporting.check().allSatisfy { $0.violations == 0 })
    #expect(saved.tables.contains { $0.fault != nil } == (table != "resource"))
    #expect(refusal { _ = try Salvage(of: path, into: path + ".saved") }.contains("is there already"))
    try new.close()
  }
}
