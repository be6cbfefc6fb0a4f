import GRDB
import JSONAPI
import OpenSocial

/// A stored document with what is needed to write it out.
struct StoredForm: Sendable, Equatable {
  var document: [UInt8]
  var splices: [UInt8]
  var revision: Int64?
}

extension StoredForm {
  /// As it was scanned.
  init(_ scanned: ScannedResource) {
    self.init(document: scanned.document, splices: scanned.splices, revision: scanned.revision)
  }
}

/// A document without the resource object that it should have.
struct NoResourceObject: Error {}

/// Documents between their stored form and JSON on the site's own base URL, for the length of one transaction.
struct SiteForm {
  /// The base URL on which values are compared: the site's, once it is known.
  let base: DocumentBase
  private let paths: [String: String]
  /// Where the types belong.
  let homes: EntityTypes
  private var scanner: PageScanner

  init(_ db: Database) throws {
    let base = try MirrorFact.siteBaseURL.value(db)
    let bases = try MirrorFact.siteBases.value(db)?
      .split(separator: "\n").map { DocumentBase(String($0)) }
    // What goes to the site names it as the site names itself.
    self.base = bases?.first ?? DocumentBase(base ?? "https://site.invalid")
    var paths: [String: String] = [:]
    for row in try Row.cachedAll(db, sql: "SELECT name, path FROM resource_type WHERE path IS NOT NULL") {
      paths[try row.decode(atIndex: 0)] = try row.decode(atIndex: 1) as String
    }
    self.paths = paths
    homes = try TypeNames.entityTypes(db)
    scanner = PageScanner(
      base: self.base, others: bases ?? [], paths: paths, serials: try SerialNumbers(db))
    for (type, names) in try TypeNames.attributeNames(db) { scanner.call(names, of: type) }
  }

  /// The collection's path of a type; nil for one that the site does not link.
  func path(of type: String) -> String? { paths[type] }

  /// The type of people.
  var userType: String { paths.keys.sorted().first { homes.entityType(of: $0) == "user" } ?? "user--user" }

  /// What a type calls the time of the last change.
  func changedName(of type: String) -> String { scanner.names(of: type)?.changed ?? FieldDescription.changed }

  /// What a type calls its serial number; nil where nobody knows.
  func serialName(of type: String) -> String? { scanner.serials.attribute(of: type) }

  /// What a type calls the attributes that the mirror reads.
  private func called(_ type: String) -> AttributeNames {
    AttributeNames(serial: serialName(of: type), changed: changedName(of: type))
  }

  /// Whether no client sets an attribute, whatever the site calls it.
  func isReadOnly(_ name: String, of type: String) -> Bool {
    FieldDescription(name, of: homes.entityType(of: type), called: called(type)).isReadOnly
  }

  /// The resource object with all its links.
  func json(_ stored: StoredForm, type: String) throws -> JSON { try JSON(parsing: bytes(stored, type: type)) }

  /// The same as bytes of which members are read one by one.
  func text(_ stored: StoredForm, type: String) throws -> ResourceText {
    try ResourceText(bytes(stored, type: type))
  }

  /// The same as bytes.
  private func bytes(_ stored: StoredForm, type: String) -> [UInt8] {
    var path: [UInt8] = []
    JSON.encodeContent(paths[type] ?? "", into: &path, .site)
    var bytes: [UInt8] = []
    stored.document.withUnsafeBytes { document in
      stored.splices.withUnsafeBytes { splices in
        DocumentRenderer(base: base).append(
          .init(document: document, splices: splices, path: path, revision: stored.revision), into: &bytes)
      }
    }
    return bytes
  }

  /// The stored form of a resource object.
  mutating func scan(_ resource: JSON) throws -> ScannedResource { try scan { resource.encode(into: &$0, .site) } }

  /// The same of a text.
  mutating func scan(_ resource: ResourceText) throws -> ScannedResource { try scan { resource.append(to: &$0) } }

  private mutating func scan(_ append: (inout [UInt8]) -> Void) throws -> ScannedResource {
    var body = Array(#"{"data":"#.utf8)
    append(&body)
    body.append(UInt8(ascii: "}"))
    guard let scanned = try scanner.page(body).resources.first else {
      throw NoResourceObject()
    }
    return scanned
  }
}
