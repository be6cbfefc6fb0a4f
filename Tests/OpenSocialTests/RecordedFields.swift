import JSONAPI
import Support
import Testing

/// The fields that the recorded resources of one type show, with all values of the attributes.
struct RecordedFields: Sendable, CustomTestStringConvertible {
  var type: String
  var attributes: [String: Set<JSON>] = [:]
  var relationships: Set<String> = []

  var entityType: String { ResourceTypeName(type).entityType }
  var names: Set<String> { relationships.union(attributes.keys) }
  var testDescription: String { type }

  /// By the types' names; none where the recording cannot be read, which a test notices.
  static let all = (try? load()) ?? []

  private static func load() throws -> [RecordedFields] {
    var found: [String: RecordedFields] = [:]
    for resource in try RecordedCrawl.resources().values {
      guard let type = resource["type"]?.string else { continue }
      var fields = found[type] ?? RecordedFields(type: type)
      for member in resource["attributes"]?.object?.members ?? [] {
        fields.attributes[member.name, default: []].insert(member.value)
      }
      fields.relationships.formUnion(resource["relationships"]?.object?.names ?? [])
      found[type] = fields
    }
    return found.values.sorted { $0.type < $1.type }
  }
}

/// What is expected of the fields of an entity type: names with blanks between, of which a type shows some.
struct ExpectedFields: Sendable {
  /// The one attribute with the serial number, without what all have before it.
  var serial: String
  /// Numbers of versions, likewise.
  var revision = ""
  /// What no client sets.
  var readOnly: String
  /// What the site refuses.
  var closed: String
  /// What moves without an edit, besides what no client sets.
  var moving = ""
  /// What is not compared.
  var uncompared = "metatag"
  /// What tells of a person.
  var personal = ""

  static let all: [String: ExpectedFields] = [
    "comment": .init(
      serial: "cid", readOnly: "changed", closed: "changed", moving: "thread", uncompared: "",
      personal: "name mail homepage"),
    "event_enrollment": .init(
      serial: "id", readOnly: "changed metatag", closed: "changed langcode",
      personal: "name field_email field_request_message"),
    "file": .init(
      serial: "fid", readOnly: "changed", closed: "changed uri filemime filesize status", moving: "uri", uncompared: ""),
    "group": .init(
      serial: "id", revision: "revision_id", readOnly: "changed revision_translation_affected metatag",
      closed: "changed", moving: "path revision_created revision_log_message revision_user"),
    "group_content": .init(serial: "id", readOnly: "changed metatag", closed: "changed", moving: "label path"),
    "node": .init(
      serial: "nid", revision: "vid", readOnly: "changed revision_translation_affected metatag",
      closed: "changed revision_timestamp revision_uid",
      moving: "path groups revision_timestamp revision_log revision_uid", uncompared: "metatag revision_timestamp"),
    "post": .init(serial: "id", readOnly: "changed metatag", closed: "changed"),
    "profile": .init(
      serial: "profile_id", revision: "revision_id", readOnly: "changed metatag", closed: "changed",
      moving: "revision_created revision_log_message revision_user",
      personal: """
        data profile_name affiliation_owned_count user_removed_affiliations field_enable_other_affiliations \
        field_group_affiliation field_other_affiliations field_profile_address field_profile_banner_image \
        field_profile_expertise field_profile_first_name field_profile_function field_profile_image \
        field_profile_interests field_profile_last_name field_profile_nationality field_profile_organization \
        field_profile_phone_number field_profile_profile_tag field_profile_self_introduction field_profile_show_email \
        field_profile_summary
        """),
    "taxonomy_term": .init(
      serial: "tid", revision: "revision_id", readOnly: "changed revision_translation_affected metatag",
      closed: "changed", moving: "path revision_created revision_log_message revision_user"),
    "user": .init(
      serial: "uid", readOnly: "changed display_name metatag", closed: "changed",
      moving: "access login profile_profiles", uncompared: "metatag access login",
      personal: """
        name display_name mail init timezone access login preferred_langcode preferred_admin_langcode \
        field_external_identifier
        """),
  ]

  /// The names in a text.
  static func names(_ text: String) -> Set<String> { Set(text.split(separator: " ").map { String($0) }) }

  /// The numbers that the site's own code gave.
  var numbers: Set<String> {
    Set(ExpectedFields.names("\(serial) \(revision)").map { "drupal_internal__\($0)" })
  }
}
