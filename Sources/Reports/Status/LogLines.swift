import JSONAPI
import Store

extension LogState {
  /// Who reads for less than that is in nobody's way.
  private static let patience: Int64 = 60

  /// One line; none where nobody keeps the log from being folded.
  /// - Parameter now: Unix seconds of this machine.
  func line(at now: Int64) -> String? {
    guard let heldSince, now.subtractingClamped(heldSince) >= LogState.patience else { return nil }
    let names = readers.map { "process \($0.process)" + ($0.name.map { " (\($0))" } ?? "") }
    let who = names.isEmpty ? "`fuser -v` on mirror.path names it" : "reading now: \(names.joined(separator: ", "))"
    return
      "the write-ahead log has \(bytes >> 20) MB and grows: since \(RFC3339.text(unixSeconds: heldSince)) or longer somebody "
      + "reads the mirror in one transaction, and what was written since stays in the log until that ends; \(who)"
  }

  /// The members.
  var json: JSON {
    let processes = readers.map { reader in
      JSON.object(JSONObject([("process", .integer(reader.process)), ("name", .nullable(reader.name))]))
    }
    return .object(
      JSONObject([
        ("bytes", .integer(bytes)), ("heldSince", .time(heldSince)), ("readers", .array(processes)),
      ]))
  }
}
