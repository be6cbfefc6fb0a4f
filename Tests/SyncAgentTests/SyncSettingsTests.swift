import JSONAPI
import OpenSocial
import Testing

@testable import SyncAgent

/// Which types a round reads.
@Suite struct SyncSettingsTests {
  @Test(
    arguments: [
      (["node"], nil, "node--topic", true),
      (["node"], nil, "node--event", true),
      (["node"], nil, "comment--comment", false),
      (["group"], nil, "group_content--open_group-group_membership", false),
      (["group_content"], nil, "group_content--open_group-group_membership", true),
      (["node", "user"], ["node--topic"], "node--topic", true),
      (["node", "user"], ["node--topic"], "node--event", false),
      (["node", "user"], ["node--topic"], "user--user", false),
      (["node", "user"], ["user"], "user--user", true),
      (["node"], ["user"], "user--user", false),
      (["node"], ["node--top"], "node--topic", false),
      ([], nil, "node--topic", false),
    ] as [([String], [String]?, String, Bool)])
  func selects(entityTypes: [String], only: [String]?, type: String, expected: Bool) {
    var settings = SyncSettings(entityTypes: entityTypes, concurrency: 1, settleWindowSeconds: 0)
    settings.only = only
    #expect(settings.selects(type) == expected)
  }

  @Test(arguments: ["comment": "cid", "file": "fid", "node": "nid", "profile": "profile_id", "user": "uid"])
  func theSerialNumberIsNamedByEntityType(entityType: String, name: String) {
    #expect(SerialNumbers().attribute(of: "\(entityType)--any") == "drupal_internal__\(name)")
  }

  @Test func anUnknownEntityTypeHasNoNameForIt() { #expect(SerialNumbers().attribute(of: "webform--webform") == nil) }

  @Test func faultsNameTheWayOut() {
    #expect("\(SyncFault.otherSite(mirrored: "https://a", configured: "https://b"))".contains("mirror.path"))
    #expect("\(SyncFault.nothingToMirror(asked: ["nodes"]))".contains("nodes"))
    #expect("\(SyncFault.filterRefused(type: "node--event"))".contains("node--event"))
  }
}
