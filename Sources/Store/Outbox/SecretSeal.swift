import Crypto
import DurableFiles
import Foundation
import GRDB
import GRDBSQLite
import JSONAPI

/// Values that nobody may read again, such as a password that is on its way to the site, as they stand in the outbox: sealed
/// (AES-256-GCM) with a key that is in no mirror but in a file of its own beside it, `PATH.outbox-key`.
///
/// To overwrite them when they are over is not enough: the write-ahead log keeps what a page held before, and SQLite leaves remains
/// of moved rows in its pages in spite of `secure_delete`. A mirror is copied, backed up and read by a group; the key is not.
struct SecretSeal {
  private static let suffix = ".outbox-key"
  private static let bytes = 32
  private static let member = "sealed"

  private let key: SymmetricKey

  /// The key beside the mirror that a connection has open.
  /// - Parameter makes: whether one is made where there is none.
  /// - Throws: `SecretKeyFault`.
  init(_ db: Database, makes: Bool) throws {
    let path = try SecretSeal.path(db)
    if let key = try SecretSeal.load(path) {
      self.key = key
      return
    }
    guard makes else { throw SecretKeyFault(path: path, problem: "is missing") }
    try SecretSeal.create(path, SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) })
    // Of several processes that make one at once, one has made it.
    guard let key = try SecretSeal.load(path) else { throw SecretKeyFault(path: path, problem: "is missing") }
    self.key = key
  }

  /// Gives a mirror that is made of another one its key, so that what waits there can be sent from here.
  static func copyKey(from old: Database, to new: Database) throws {
    guard let key = try load(path(old)) else { return }
    try create(path(new), key.withUnsafeBytes { Array($0) })
  }

  // MARK: Members

  /// Whether a member is not to stand in the mirror as it is.
  static func isOpen(_ member: ChangedMember) -> Bool {
    FieldValue.isSecret(member.name) && !(member.local.isNull && member.base == nil)
  }

  /// Whether a member of the table is as `sealed` gives it.
  static func isSealed(_ member: ChangedMember) -> Bool {
    FieldValue.isSecret(member.name) && member.local[SecretSeal.member]?.string != nil
  }

  /// A member as it may stand in the mirror; one that holds no secret as it is.
  func sealed(_ member: ChangedMember) throws -> ChangedMember {
    guard SecretSeal.isOpen(member) else { return member }
    var content = JSONObject([("local", member.local)])
    content["base"] = member.base
    let box = try AES.GCM.seal(
      JSON.object(content).encoded(.plain), using: key, authenticating: Array(member.name.utf8))
    let text = box.combined?.base64EncodedString() ?? ""
    return ChangedMember(
      member.group, member.name, base: nil, local: .object(JSONObject([(SecretSeal.member, .string(text))])))
  }

  /// A member with its values.
  /// - Throws: `UnreadableRow` where it was sealed with another key, or is damaged.
  func opened(_ member: ChangedMember) throws -> ChangedMember {
    guard SecretSeal.isSealed(member) else { return member }
    guard let combined = member.local[SecretSeal.member]?.string.flatMap({ Data(base64Encoded: $0) }),
      let box = try? AES.GCM.SealedBox(combined: combined),
      let plain = try? AES.GCM.open(box, using: key, authenticating: Array(member.name.utf8)),
      let content = try? JSON(parsing: Array(plain)), let local = content["local"]
    else { throw UnreadableRow(description: "its \(member.name) was sealed with another key, or is damaged") }
    return ChangedMember(member.group, member.name, base: content["base"], local: local)
  }

  // MARK: The file

  private static func path(_ db: Database) throws -> String {
    guard let name = sqlite3_db_filename(db.sqliteConnection, "main") else {
      throw DatabaseError(resultCode: .SQLITE_MISUSE)
    }
    return String(cString: name) + suffix
  }

  /// - Returns: nil where there is no such file.
  private static func load(_ path: String) throws -> SymmetricKey? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw SecretKeyFault(path: path, problem: "cannot be read: \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    do {
      let status = try DurableFile.status(of: descriptor)
      guard status.permissions & 0o007 == 0 else {
        throw SecretKeyFault(path: path, problem: "is open to every user of this machine: chmod 600 \(path)")
      }
      let content = status.isRegular ? try DurableFile.contents(of: descriptor, atMost: bytes + 1) : []
      guard content.count == bytes else { throw SecretKeyFault(path: path, problem: "is damaged: restore a backup") }
      return SymmetricKey(data: content)
    } catch let fault as FileFault {
      throw SecretKeyFault(path: path, problem: "cannot be read: \(fault.reason)")
    }
  }

  private static func create(_ path: String, _ content: [UInt8]) throws {
    do { _ = try DurableFile.create(path, with: content) } catch {
      // A file system that cannot make names last: a key that is lost loses the passwords that wait, which is said.
      guard error.step != .lasting else { return }
      throw SecretKeyFault(path: path, problem: "cannot be made: \(error.reason)")
    }
  }
}

/// The key of secrets that wait for the site is not to be had.
struct SecretKeyFault: Error, CustomStringConvertible {
  var path: String
  var problem: String
  var description: String { "\(path), the key of passwords that wait for the site, \(problem)" }
}

extension OutboxRows {
  /// Members as they stand in the table.
  /// - Throws: `SecretKeyFault`.
  func encoded(_ members: [ChangedMember]) throws -> String {
    guard members.contains(where: SecretSeal.isOpen) else { return ChangedMember.encode(members) }
    let seal = try SecretSeal(db, makes: true)
    return ChangedMember.encode(try members.map(seal.sealed))
  }

  /// Members as they are meant.
  /// - Throws: `JSONSyntaxError`, `UnreadableRow`, `SecretKeyFault`.
  func members(_ text: String) throws -> [ChangedMember] {
    let stored = try ChangedMember.decode(text)
    guard stored.contains(where: SecretSeal.isSealed) else { return stored }
    let seal = try SecretSeal(db, makes: false)
    return try stored.map(seal.opened)
  }

  /// Notes that what is written over held a secret: the write-ahead log, which still does, is to be emptied afterwards.
  func forget(_ members: [ChangedMember]) throws {
    guard members.contains(where: { FieldValue.isSecret($0.name) }) else { return }
    try MirrorFact.logHoldsRemoved.note("1", db)
  }
}
