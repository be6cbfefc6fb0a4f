import Logging
import Foundation
import Testing

@testable import SocialMirror

/// Log lines as the journal of systemd takes them.
@Suite struct JournalTests {
  @Test func anEntryHasItsFieldsLineByLine() {
    let entry = Journal.entry([(name: "MESSAGE", value: "round"), (name: "PRIORITY", value: "6")])
    #expect(String(decoding: entry, as: UTF8.self) == "MESSAGE=round\nPRIORITY=6\n")
  }

  @Test func aValueWithLineBreaksBeginsNoFieldOfItsOwn() {
    let entry = Journal.entry([(name: "MESSAGE", value: "a\nPRIORITY=0")])
    #expect(entry == Array("MESSAGE\n".utf8) + [12, 0, 0, 0, 0, 0, 0, 0] + Array("a\nPRIORITY=0\n".utf8))
  }

  @Test func keysBecomeNamesOfFields() {
    #expect(Journal.fieldName("type") == "MIRROR_TYPE")
    #expect(Journal.fieldName("hb.request-id") == "MIRROR_HB_REQUEST_ID")
    #expect(Journal.fieldName("größe=\n") == "MIRROR_GR__E__")
    #expect(Journal.fieldName(String(repeating: "x", count: 300)).utf8.count == 64)
  }

  @Test func everyLineOnStandardErrorHasItsPriority() {
    #expect(Journal.line("one\ntwo", .error) == "<3>one\n<3>two")
    #expect(Journal.priority(.critical) == 2)
    #expect(Journal.priority(.debug) == 7)
  }

  @Test func anotherStreamIsNotTheJournal() {
    #expect(!Journal.isStandardError([:]))
    #expect(!Journal.isStandardError(["JOURNAL_STREAM": "1:1"]))
  }
}
