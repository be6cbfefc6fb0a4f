import JSONAPI
import OpenSocial
import Store
import Support
import Testing

/// The base URL that tests read on unless they say another.
let base = CrawledMirror.site

extension CrawledMirror {
  /// A resource as an answer shows it; nil when the mirror does not have it.
  func rendered(_ type: String, _ id: String, on base: String = base, fields: Set<String>? = nil) throws -> String? {
    let renderer = DocumentRenderer(base: DocumentBase(base))
    let uuid = try #require(ResourceID(id))
    return try ResourceReader(mirror).snapshot(seeing: .everything) { snapshot in
      guard let served = try snapshot.type(name: type) else { return nil }
      return try snapshot.resource(named: uuid, entityType: served.entityType) { row in
        var bytes: [UInt8] = []
        renderer.append(row.stored, fields: fields.map { SparseFields($0) }, into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
      }
    }
  }

  /// Scans one document of one resource, given as text, and applies it.
  func take(_ object: String, on base: String = base) throws -> ApplyOutcome {
    var scanner = PageScanner(base: DocumentBase(base), paths: try CrawledMirror.paths())
    let page = try scanner.page(Array(#"{"data":[\#(object)]}"#.utf8))
    return try apply([("node--topic", page)])
  }

  /// The serial numbers of a query's rows in order.
  func rows(_ type: String, _ query: String, seeing sight: Sight = .everything) throws -> [Int64] {
    let parameters = try QueryParameters(QueryString(parsing: query).tree)
    return try ResourceReader(mirror).snapshot(seeing: sight) { snapshot in
      let served = try #require(try snapshot.type(name: type))
      let renderer = DocumentRenderer(base: DocumentBase(base))
      var found: [Int64] = []
      try snapshot.rows(QueryCompiler.compile(parameters, for: served, in: snapshot)) { row in
        var bytes: [UInt8] = []
        renderer.append(row.stored, into: &bytes)
        found.append(try JSON(parsing: bytes).serial)
        return true
      }
      return found
    }
  }
}

extension JSON {
  /// The entity's serial number.
  var serial: Int64 {
    self["attributes"]?.object?.members.first { $0.name.hasPrefix("drupal_internal__") }?.value.integer ?? -1
  }
}

/// One topic as the site would send it, with small changes.
enum Topic {
  static let id = "11111111-2222-4333-8444-555555555555"
  static let user = "a0000000-0000-4000-8000-000000000001"
  static let other = "a0000000-0000-4000-8000-000000000002"
  static let place = #"https:\/\/community.example.org\/jsonapi\/node\/topic\/\#(id)"#
  static let links = #""links":{"self":{"href":"\#(place)?resourceVersion=id%3A7"}}"#

  static func attributes(title: String = "One", changed: String = "2024-01-20T17:08:00+00:00") -> String {
    #""attributes":{"drupal_internal__nid":9001,"title":"\#(title)","changed":"\#(changed)"}"#
  }

  static func relationships(_ users: [String] = [user]) -> String {
    let data = users.map { #"{"type":"user--user","id":"\#($0)","meta":{"drupal_internal__target_id":1}}"# }
    let related = #"{"related":{"href":"\#(place)\/uid?resourceVersion=id%3A7"},"#
    let own = #""self":{"href":"\#(place)\/relationships\/uid?resourceVersion=id%3A7"}}"#
    return #""relationships":{"uid":{"data":[\#(data.joined(separator: ","))],"links":\#(related)\#(own)}}"#
  }

  /// An object of these members after type and id.
  static func object(_ members: String...) -> String {
    let head = #"{"type":"node--topic","id":"\#(id)""#
    return ([head] + members).joined(separator: ",") + "}"
  }

  static func usual(title: String = "One", users: [String] = [user]) -> String {
    object(links, attributes(title: title), relationships(users))
  }
}
