import GRDB
import JSONAPI

/// By these the mirror knows a copy that was made of it: each step of the copy has a word of its own (`mark`), which stands in the mirror
/// before it stands in the copy. A mirror that went back to a backup does not know the words that came after it, and another mirror
/// knows none.
extension Views {
  /// The words of the last steps of a copy; none where the mirror never made it.
  /// - Parameter publication: the name of the copy, made of letters and digits.
  package func marks(of publication: String) throws -> [String] {
    try read { db in
      try String.cachedOne(db, sql: "SELECT value FROM setting WHERE name = ?", arguments: [Self.setting(publication)])?
        .split(separator: " ").map(String.init) ?? []
    }
  }

  /// Notes the words of a copy's last steps; on disk for good when this returns, with all that was written before.
  package func note(_ marks: [String], of publication: String) throws {
    try durableWrite { db in
      try db.run(
        sql: "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
        arguments: [Self.setting(publication), marks.joined(separator: " ")])
    }
  }

  /// The copy is no more.
  package func forget(publication: String) throws {
    try write { try $0.run(sql: "DELETE FROM setting WHERE name = ?", arguments: [Self.setting(publication)]) }
  }

  private static func setting(_ publication: String) -> String { "publication \(publication)" }

  /// What could not be published as it is, by what `SetAside.subject` begins with.
  package func setAside(startingWith beginning: String) throws -> [SetAside] {
    try reading.setAside().filter { $0.kind == .field && $0.subject.hasPrefix(beginning) }
  }

  /// Names what could not be published as it is, and takes back what is.
  package func setAside(_ things: [SetAside], takingBack others: [SetAside]) throws {
    guard !things.isEmpty || !others.isEmpty else { return }
    try write { db in
      for thing in others {
        try db.run(
          sql: "DELETE FROM set_aside WHERE kind = ? AND type = ? AND subject = ?",
          arguments: [thing.kind.rawValue, thing.type, thing.subject])
      }
      try SetAsideRows.note(things, db)
    }
  }
}
