import JSONAPI
import Testing

@testable import SocialMirror
@testable import Store

/// What the commands say of a conflict.
@Suite struct ConflictDocumentTests {
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
    let document = ConflictDocument(conflict)
    #expect(document.line.hasSuffix("title,changed"))
    for line in [#"    base  "One""#, #"    site  "Theirs""#, "    local (absent)", #"    site  "\#(after)""#] {
      #expect(document.lines.contains(line), "\(document.lines)")
    }
    #expect(document.json["fields"]?.array?.map { $0["name"]?.string } == ["title", "changed"])
  }
}
