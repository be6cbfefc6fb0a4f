import JSONAPI
import SampleContent

/// One line of the packed content.
struct ContentRow: Sendable {
  var type: Int
  var uuid: EntityUUID
  var attributes: JSONObject
  /// `{"data": …}` by name, or `{"bare": …}`; nil when the site shows the label alone.
  var relationships: JSONObject?
  var hidden: Bool
}

/// A resource of the recorded community, ready to be rendered.
struct ContentResource: Sendable {
  var row: ContentRow
  /// Internal id, 0 when the site does not show it (the anonymous user).
  var id: Int64
  var revision: Int64
  /// Unix seconds, 0 when the site does not show it.
  var changed: Int64
  /// Unix seconds; equal to `changed` for types without it.
  var created: Int64
  var template: Template
}

/// The recorded community that every sample site starts from: 28 types, 1,301 visible resources and one that the account
/// may not see. Loaded once for the process.
package final class Content: Sendable {
  /// Content that cannot be read means a damaged build.
  package struct Damaged: Error, Sendable, CustomStringConvertible {
    /// What was wrong.
    package var reason: String
    /// One line for the operator.
    package var description: String { "the embedded sample content is damaged: \(reason)" }
  }

  /// All types, in the order of their names.
  package let types: [ResourceType]
  let resources: [ContentResource]
  let typeNumbers: [String: Int]
  let numbers: [EntityUUID: Int32]
  /// Per entity type, one more than the highest internal id or revision: the distance between generations of clones.
  let stride: [String: Int64]

  private static let shared = Result<Content, any Error> { try Content() }

  /// The content embedded in this program.
  /// - Throws: `Damaged`, `Gzip.Damaged` or `JSONSyntaxError`, when the build is damaged.
  package static func recorded() throws -> Content { try shared.get() }

  private init() throws {
    let packed = UnsafeBufferPointer(start: sample_content_bytes(), count: sample_content_length())
    let lines = try Gzip.inflated(packed).split(separator: UInt8(ascii: "\n"))
    guard let head = lines.first, let list = try JSON(parsing: head)["types"]?.array else {
      throw Damaged(reason: "no list of types")
    }
    var rows: [ContentRow] = []
    for line in lines.dropFirst() { rows.append(try Content.row(JSON(parsing: line))) }
    let numbers = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1.uuid, Int32($0)) })
    let byType = Dictionary(grouping: rows, by: \.type)
    let types = list.enumerated().map { index, entry in
      ResourceType(
        name: entry["name"]?.string ?? "", selfOnly: entry["selfOnly"]?.array?.compactMap(\.string) ?? [],
        resources: byType[index] ?? [])
    }
    var stride: [String: Int64] = [:]
    resources = rows.map { row in
      let type = types[row.type]
      let attribute = { (name: String?) in name.flatMap { row.attributes[$0] } }
      let id = attribute(type.idAttribute)?.integer ?? 0
      let revision = attribute(type.revisionAttribute)?.integer ?? 0
      let changed = attribute("changed")?.string.flatMap(SiteTime.seconds) ?? 0
      let created = attribute("created")?.string.flatMap(SiteTime.seconds) ?? changed
      stride[type.entityType] = max(stride[type.entityType] ?? 1, id + 1, revision + 1)
      let template = Template(
        type: type, row: row, id: id, revision: revision, targets: { numbers[$0] }, shifts: true)
      return ContentResource(
        row: row, id: id, revision: revision, changed: changed, created: created, template: template)
    }
    self.types = types
    self.numbers = numbers
    self.stride = stride
    typeNumbers = Dictionary(uniqueKeysWithValues: types.enumerated().map { ($1.name, $0) })
  }

  private static func row(_ line: JSON) throws -> ContentRow {
    guard let type = line["t"]?.integer, let uuid = line["id"]?.string.flatMap({ EntityUUID($0) }),
      let attributes = line["a"]?.object
    else { throw Damaged(reason: "a resource without type, id or attributes") }
    return ContentRow(
      type: Int(type), uuid: uuid, attributes: attributes, relationships: line["r"]?.object,
      hidden: line["hidden"]?.bool ?? false)
  }
}
