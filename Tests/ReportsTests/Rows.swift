import JSONAPI

@testable import Store

/// 2026-01-01T00:00:00Z in Unix seconds.
let newYear: Int64 = 1_767_225_600
/// The same as reports write it.
let newYearText = "2026-01-01T00:00:00+00:00"
/// What a site may put into a message: a terminal's colours, a bell, ends of lines, quotes, a mark that turns the direction.
let wildText = "\u{1B}[31mred\u{7}\r\n\"quoted\"\t\u{202E}"

/// A type of which nothing is known but its name.
func bareType(_ name: String = "node--topic") -> MirrorStatus.TypeStatus {
  MirrorStatus.TypeStatus(
    type: name, rows: 0, isSweeping: false, sweptUpTo: 0, isListed: false, candidates: 0, held: 0, tombstones: [:])
}

/// A mirror with these types and rounds.
func status(_ types: [MirrorStatus.TypeStatus] = [], runs: [MirrorStatus.Run] = []) -> MirrorStatus {
  MirrorStatus(types: types, runs: runs, bytes: 4096)
}

/// A change of nothing, without an author or a failure.
func bareChange(_ id: Int64 = 7, members: [ChangedMember] = []) -> OutboxChange {
  OutboxChange(
    id: id, resource: 1, type: "node--topic", uuid: ResourceID(high: 1, low: 2), kind: .update, members: members,
    author: ChangeAuthor(), recorded: newYear, state: .queued, version: 1, sends: 0, attempts: 0, nextAttempt: 0)
}

/// The id of `bareChange` as text.
let bareID = "00000000-0000-0001-0000-000000000002"

extension JSON {
  /// Whether the compact text is one line without a control character, and says the same when it is read again.
  var isOneSoundLine: Bool {
    let text = self.text()
    return text.utf8.allSatisfy { $0 >= 0x20 } && (try? JSON(parsing: Array(text.utf8))) == self
  }
}
