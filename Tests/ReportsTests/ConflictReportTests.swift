import JSONAPI
import Testing

@testable import Reports
@testable import Store

/// What `conflicts` says of all, and of one.
@Suite struct ConflictReportTests {
  private static func topic(_ title: String, _ changed: String) -> JSON {
    ["attributes": ["title": .string(title), "changed": .string(changed)]]
  }

  /// Who deletes here what was changed there has to see what that is, also where it was noted without its members.
  @Test(arguments: [false, true]) func aConflictAboutADeletionNamesWhatDiffers(isNotedWithoutMembers: Bool) {
    let (before, after) = ("2026-01-01T00:00:00+00:00", "2026-01-02T00:00:00+00:00")
    let fields = [
      ConflictField(.attributes, "title", base: "One", site: "Theirs", local: nil),
      ConflictField(.attributes, "changed", base: .string(before), site: .string(after), local: nil),
    ]
    let conflict = OutboxConflict(
      id: 1, change: 2, type: "node--topic", uuid: ResourceID(high: 1, low: 2), kind: .changedOnSite,
      author: ChangeAuthor(consumer: "crm"), noticed: 0, base: Self.topic("One", before),
      site: Self.topic("Theirs", after), local: nil, fields: isNotedWithoutMembers ? [] : fields, decision: nil,
      decided: nil)
    let report = ConflictReport(conflict)
    #expect(report.line.hasSuffix("title,changed"))
    for line in [#"    base  "One""#, #"    site  "Theirs""#, "    local (absent)", #"    site  "\#(after)""#] {
      #expect(report.lines.contains(line), "\(report.lines)")
    }
    #expect(report.json["fields"]?.array?.map { $0["name"]?.string } == ["title", "changed"])
  }

  private static func conflict(_ id: Int64 = 3, _ change: (inout OutboxConflict) -> Void = { _ in }) -> OutboxConflict {
    var conflict = OutboxConflict(
      id: id, change: 7, type: "node--topic", uuid: ResourceID(high: 1, low: 2), kind: .fields,
      author: ChangeAuthor(consumer: "crm", account: "ana"), noticed: newYear, fields: [])
    change(&conflict)
    return conflict
  }

  @Test func oneThatIsOpenSaysHowToDecide() {
    let report = ConflictReport(
      Self.conflict {
        $0.fields = [
          ConflictField(.attributes, "title", base: "One", site: nil, local: .null),
          ConflictField(.attributes, "pass", base: "tell-nobody", site: "tell-nobody", local: "tell-nobody"),
        ]
      })
    #expect(
      report.lines == [
        "3  fields  node--topic \(bareID)  change 7  \(newYearText)  title,pass", "  title", #"    base  "One""#,
        "    site  (absent)", "    local null", "  pass", "    base  (hidden)", "    site  (hidden)",
        "    local (hidden)", "  decide with: social-mirror conflicts resolve 3 --take site|local|FILE",
      ])
    #expect(
      report.json.text()
        == #"{"id":3,"kind":"fields","type":"node--topic","uuid":"\#(bareID)","change":7,"noticed":"\#(newYearText)","#
        + #""consumer":"crm","account":"ana","#
        + #""fields":[{"in":"attributes","name":"title","base":"One","local":null},"#
        + #"{"in":"attributes","name":"pass","hidden":true}],"#
        + #""base":null,"site":null,"local":null,"decision":null,"decided":null}"#)
  }

  @Test func oneThatIsDecidedSaysByWhat() {
    let report = ConflictReport(
      Self.conflict { ($0.kind, $0.decision, $0.decided) = (.deletedOnSite, "policy site", newYear) })
    #expect(
      report.lines == [
        "3  deleted on site  node--topic \(bareID)  change 7  \(newYearText)  decided: policy site"
      ])
    #expect(report.json["decided"] == .string(newYearText) && report.json["decision"] == "policy site")
  }

  @Test func whatASiteSaysStaysInItsPlace() {
    let report = ConflictReport(
      Self.conflict {
        $0.type = wildText
        $0.site = ["attributes": ["title": .string(wildText)]]
        $0.decision = wildText
        $0.fields = [ConflictField(.attributes, "title", base: nil, site: .string(wildText), local: nil)]
      })
    #expect(report.json.isOneSoundLine)
    #expect(report.lines[3].hasPrefix("    site  ") && report.lines[3].utf8.allSatisfy { $0 >= 0x20 })
  }

  @Test func theListIsInItsOrder() {
    let none = ConflictsReport([])
    #expect(none.lines == ["no conflicts"] && none.findings.isEmpty && none.json.text() == "[]")
    let many = ConflictsReport((1...2000).reversed().map { Self.conflict($0) })
    #expect(many.lines.count == 2000 && many.lines == many.findings && many.lines[0].hasPrefix("2000  fields"))
    #expect(many.json.array?.last?["id"] == 1)
    let thing = SetAside(.change, subject: "conflict 4", reason: "odd", advice: "", at: 0)
    #expect(ConflictsReport([], unreadable: [thing]).notices == ["change conflict 4: odd"])
  }
}
