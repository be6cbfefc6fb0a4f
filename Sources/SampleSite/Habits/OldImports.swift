import JSONAPI

/// Imports that keep the times of where they come from (`Habit.oldImports`; reference 6.2, migration writes).
extension Community {
  /// Creates topics that were changed long ago. Returns the last one's UUID.
  /// - Parameters:
  ///   - number: makes the titles different from those of other imports.
  ///   - now: Unix seconds.
  mutating func importOld(_ count: Int, number: UInt64, at now: Int64) -> (id: String, title: String)? {
    var last: (String, String)?
    for place in 0..<count {
      let title = "Imported \(number).\(place)"
      let time = now - 31_536_000 - Int64(place)
      let id = try? create(
        "node--topic", at: time,
        attributes: [("title", .string(title)), ("field_content_visibility", "community")])
      last = id.map { ($0, title) } ?? last
    }
    return last
  }
}
