import JSONAPI
import Testing

@testable import Reports
@testable import Store

/// What `queue` says of the changes, and of one.
@Suite struct ChangeReportTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var change: OutboxChange
    var lines: [String]
    /// Members of the JSON form, as text.
    var members: [String: String]

    init(
      _ name: String, _ change: @Sendable (inout OutboxChange) -> Void, lines: [String], members: [String: String] = [:]
    ) {
      testDescription = name
      var changed = bareChange()
      change(&changed)
      self.change = changed
      self.lines = lines
      self.members = members
    }
  }

  private static let head = "7  queued  update  node--topic \(bareID)  \(newYearText)"

  static let cases: [Case] = [
    Case(
      "a bare one", { _ in }, lines: [head],
      members: [
        "id": "7", "state": #""queued""#, "kind": #""update""#, "type": #""node--topic""#, "uuid": #""\#(bareID)""#,
        "recorded": #""\#(newYearText)""#, "consumer": "null", "account": "null", "attempts": "0",
        "nextAttempt": "null", "error": "null", "setApartOf": "null", "errorDocument": "null", "members": "[]",
        "upload": "null",
      ]),
    Case(
      "a client's", { $0.author = ChangeAuthor(consumer: "crm") }, lines: ["\(head)  crm"],
      members: ["consumer": #""crm""#]),
    Case(
      "a person's", { $0.author = ChangeAuthor(consumer: "crm", account: "ana") }, lines: ["\(head)  ana by crm"],
      members: ["account": #""ana""#]),
    Case(
      "values",
      {
        $0.members = [
          ChangedMember(.attributes, "title", base: nil, local: "Mine"),
          ChangedMember(.relationships, "uid", base: .null, local: ["type": "user--user", "id": "1"]),
        ]
      },
      lines: [
        head, #"  title: (absent) -> "Mine""#, #"  uid: null -> {"type":"user--user","id":"1"}"#,
      ],
      members: [
        "members":
          #"[{"in":"attributes","name":"title","local":"Mine"},"#
          + #"{"in":"relationships","name":"uid","base":null,"local":{"type":"user--user","id":"1"}}]"#
      ]),
    Case(
      "a password",
      { $0.members = [ChangedMember(.attributes, "pass", base: nil, local: ["value": "tell-nobody"])] },
      lines: [head, "  pass: (hidden) -> (hidden)"],
      members: ["members": #"[{"in":"attributes","name":"pass","hidden":true}]"#]),
    Case(
      "an upload",
      {
        $0.upload = Upload(
          hostType: "node--topic", field: "field_image", file: StagedFile(filename: "a.png", bytes: 12, sha256: "ab"))
      },
      lines: [head, "  file: a.png, 12 bytes, for field_image of node--topic"],
      members: [
        "upload": #"{"filename":"a.png","bytes":12,"sha256":"ab","type":"node--topic","field":"field_image"}"#
      ]),
    Case(
      "one that is tried again",
      {
        ($0.attempts, $0.nextAttempt, $0.error) = (2, newYear, "away")
      }, lines: ["\(head)  away", "  2 attempts failed, next \(newYearText)"],
      members: ["attempts": "2", "nextAttempt": #""\#(newYearText)""#, "error": #""away""#]),
    Case(
      "one that has no time to be tried at", { $0.attempts = 1 }, lines: [head, "  1 attempts failed"],
      members: ["nextAttempt": "null"]),
    Case(
      "one that is refused",
      {
        ($0.state, $0.attempts, $0.nextAttempt, $0.apartOf) = (.rejected, 1, newYear, 3)
        $0.errorDocument = #"{"errors":[]}"#
      },
      lines: [
        "7  rejected  update  node--topic \(bareID)  \(newYearText)", "  1 attempts failed",
        #"  the site: {"errors":[]}"#,
      ], members: ["errorDocument": #"{"errors":[]}"#, "setApartOf": "3"]),
    Case(
      "one that a page refused", { $0.errorDocument = "<html>" }, lines: [head, "  the site: <html>"],
      members: ["errorDocument": "null"]),
  ]

  @Test(arguments: cases) func oneIsShownWhole(shown: Case) {
    let report = ChangeReport(shown.change)
    #expect(report.lines == shown.lines)
    #expect(report.line == shown.lines[0] && report.findings == shown.lines)
    for (name, text) in shown.members { #expect(report.json[name]?.text() == text, "\(name)") }
    #expect(report.json.isOneSoundLine && report.json.object?.members.count == 15)
    #expect(!(report.lines.joined() + report.json.text()).contains("tell-nobody"))
    #expect(!(report.lines.joined() + report.json.text()).contains("1970"))
  }

  /// Values and messages of others break no document, and no value breaks a line.
  @Test func whatASiteSaysStaysInItsPlace() {
    var change = bareChange(
      members: [ChangedMember(.attributes, wildText, base: .string(wildText), local: .string(wildText))])
    (change.error, change.errorDocument, change.type) = (wildText, wildText, wildText)
    change.author = ChangeAuthor(consumer: wildText, account: wildText)
    let report = ChangeReport(change)
    #expect(report.json.isOneSoundLine)
    #expect(report.json["error"] == .string(wildText) && report.json["errorDocument"]?.isNull == true)
    let values = report.lines[1].dropFirst("  \(wildText): ".count)
    #expect(values.utf8.allSatisfy { $0 >= 0x20 })
  }

  @Test(arguments: [1, 5000]) func theQueueIsAListInItsOrder(count: Int) {
    let report = QueueReport((1...count).map { bareChange(Int64($0)) })
    #expect(report.lines.count == count && report.lines == report.findings && report.notices.isEmpty)
    #expect(report.lines.first?.hasPrefix("1  queued") == true)
    #expect(report.lines.last?.hasPrefix("\(count)  queued") == true)
    #expect(report.json.array?.compactMap { $0["id"]?.integer } == (1...count).map { Int64($0) })
  }

  @Test func anEmptyQueueIsSaidAndNoFinding() {
    let report = QueueReport([])
    #expect(report.lines == ["nothing waits"] && report.findings.isEmpty && report.json.text() == "[]")
  }

  /// What cannot be read waits, too.
  @Test func whatCannotBeReadIsNamed() {
    let thing = SetAside(.change, type: "node--topic", subject: "change 4", reason: "odd", advice: "drop it", at: 0)
    let report = QueueReport([], unreadable: [(id: 4, thing: thing)])
    #expect(report.lines.isEmpty && report.json.text() == "[]")
    #expect(report.notices == ["change node--topic change 4: odd; drop it"])
  }
}
