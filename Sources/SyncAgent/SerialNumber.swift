/// The attribute with the serial number, by entity type (reference 6.1). Only a hint for the first request to a type: what the
/// resources then show decides.
enum SerialNumber {
  private static let attributes = [
    "comment": "cid", "event_enrollment": "id", "file": "fid", "group": "id", "group_content": "id", "node": "nid",
    "post": "id", "profile": "profile_id", "taxonomy_term": "tid", "user": "uid",
  ]

  static func attribute(of type: String) -> String? {
    attributes[String(type.prefix { $0 != "-" })].map { "drupal_internal__\($0)" }
  }
}

extension SerialNumber {
  /// How far a page that should be in ascending order gets: the greatest number with none but lower ones before it and none but
  /// higher ones behind it. Nil where there is none.
  static func reach(_ numbers: [Int64]) -> Int64? {
    var least: [Int64] = []
    var lowest = Int64.max
    for number in numbers.reversed() {
      least.append(lowest)
      lowest = min(lowest, number)
    }
    var reach: Int64?
    var greatest: Int64?
    for (number, behind) in zip(numbers, least.reversed()) {
      if number > greatest ?? .min, number < behind || behind == .max { reach = number }
      greatest = max(greatest ?? .min, number)
    }
    return reach
  }
}
