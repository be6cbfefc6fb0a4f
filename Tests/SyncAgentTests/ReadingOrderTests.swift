import JSONAPI
import Testing
import Upstream

@testable import SyncAgent

/// Targets are read before what names them; what was read before comes first.
@Suite struct ReadingOrderTests {
  private func ordered(_ names: [String], read: Set<String> = []) -> [String] {
    let types = names.map { EntryPoint.Collection(name: $0, path: "/jsonapi/\($0)", link: $0) }
    return ReadingOrder.ordered(
      types, isRead: { read.contains($0) }, entityType: { ResourceTypeName($0).entityType }
    ).map(\.name)
  }

  @Test func targetsComeFirst() {
    let names = [
      "comment--comment", "event_enrollment--event_enrollment", "file--file", "group--open_group",
      "group_content--open_group-group_membership", "node--event", "node--topic", "paragraph--text", "post--post",
      "profile--profile", "taxonomy_term--tag", "user--user",
    ]
    #expect(
      ordered(names) == [
        "taxonomy_term--tag", "user--user", "file--file", "group--open_group", "profile--profile", "node--event",
        "node--topic", "post--post", "paragraph--text", "comment--comment", "event_enrollment--event_enrollment",
        "group_content--open_group-group_membership",
      ])
    // None is lost, and where all were read the order stays.
    #expect(ordered(names, read: Set(names)) == names)
  }

  @Test func whatWasReadComesFirst() {
    #expect(
      ordered(["comment--comment", "node--topic", "user--user"], read: ["comment--comment"])
        == ["comment--comment", "user--user", "node--topic"])
  }
}
