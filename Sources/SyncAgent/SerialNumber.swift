import JSONAPI

/// The attribute with the serial number, by entity type (reference 6.1). Only a hint for the first request to a type: what the
/// resources then show decides.
enum SerialNumber {
  private static let attributes = [
    "comment": "cid", "event_enrollment": "id", "file": "fid", "group": "id", "group_content": "id",
    "group_relationship": "id", "node": "nid",
    "post": "id", "profile": "profile_id", "taxonomy_term": "tid", "user": "uid",
  ]

  static func attribute(of type: String) -> String? {
    attributes[ResourceTypeName(type).entityType].map { "drupal_internal__\($0)" }
  }
}
