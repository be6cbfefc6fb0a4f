import JSONAPI
import Store
import Support
import Testing

/// A sight of which is proved that it tells nothing, with what it hides for certain: told apart here anew, by the words of
/// docs/access.md, and not by the code that is to be proved. What it may hide beside that is left as it is.
struct SightCase: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var rules: SightRules

  private static let personal = [
    "user.name", "user.display_name", "user--user.mail", "user.init", "user.access", "user.login", "user.changed",
    "user.metatag", "profile--profile.field_profile_*", "profile.profile_name", "profile.metatag", "profile.changed",
    "event_enrollment.field_request_message", "group_content.label", "node--topic.field_topic_type",
    "node.revision_log", "comment--comment.field_comment_body",
  ]

  static let all = [
    SightCase(
      testDescription: "some types",
      rules: SightRules(types: .only(["node", "profile", "event_enrollment", "taxonomy_term", "comment--comment"]))),
    SightCase(
      testDescription: "all types but some", rules: SightRules(types: .except(["user", "node--event", "post"]))),
    SightCase(testDescription: "published", rules: SightRules(published: true)),
    SightCase(testDescription: "own", rules: SightRules(own: true)),
    SightCase(testDescription: "hidden fields", rules: SightRules(hide: personal)),
    SightCase(testDescription: "no private files", rules: SightRules(privateFiles: false)),
    SightCase(
      testDescription: "reporting",
      rules: SightRules(
        types: .only(["node", "comment", "event_enrollment", "group", "group_content", "profile", "user", "file"]),
        published: true, privateFiles: false, hide: personal)),
  ]

  /// Whether a row is hidden for certain.
  func hides(_ resource: JSON) -> Bool {
    guard let type = resource["type"]?.string else { return false }
    let entityType = SightCase.entityType(of: type)
    switch rules.types {
    case .all: break
    case .only(let names): if !names.contains(type), !names.contains(entityType) { return true }
    case .except(let names): if names.contains(type) || names.contains(entityType) { return true }
    }
    if rules.published, ["node", "comment", "post"].contains(entityType),
      resource["attributes"]?["status"]?.bool == false
    {
      return true
    }
    if rules.own, let author = SightCase.author(of: resource), author != CrawledMirror.account { return true }
    if !rules.privateFiles, resource["attributes"]?["uri"]?["value"]?.string?.hasPrefix("private://") == true {
      return true
    }
    return false
  }

  /// Whether a field is hidden of rows that are shown.
  func hides(_ field: String, of type: String) -> Bool {
    rules.hide.contains { pattern in
      guard let point = pattern.lastIndex(of: ".") else { return false }
      let (owner, name) = (pattern[..<point], pattern[pattern.index(after: point)...])
      guard owner == type || owner == SightCase.entityType(of: type) else { return false }
      return name == field || name.hasSuffix("*") && field.hasPrefix(name.dropLast())
    }
  }

  /// Who wrote it, of the types that have an author beyond doubt.
  static func author(of resource: JSON) -> String? {
    switch entityType(of: resource["type"]?.string ?? "") {
    case "node", "comment": resource["relationships"]?["uid"]?["data"]?["id"]?.string
    case "post": resource["relationships"]?["user_id"]?["data"]?["id"]?.string
    default: nil
    }
  }

  static func entityType(of type: String) -> String {
    type.firstRange(of: "--").map { String(type[..<$0.lowerBound]) } ?? type
  }
}
