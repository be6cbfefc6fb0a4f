import GRDB
import JSONAPI

/// Where the content of a file is, as a `file--file` resource of the site names it. Its columns are typed here, where they are
/// written: whoever reads them finds text and whole numbers or nothing.
struct FileAddress: Sendable, Hashable {
  /// Where the site keeps it: `public://a.png`.
  var uri: String
  /// Where it is fetched: root-relative or absolute; the base URL of the site is the mark that stands for it.
  var url: String
  /// Bytes; nil where the resource names no size that can be one.
  var size: Int64?
  /// nil where the resource names none.
  var mediaType: String?

  /// The greatest size that is believed, bytes: a pebibyte, which no disk has.
  static let greatestSize: Int64 = 1 << 50

  /// What a resource object says.
  enum Reading: Sendable, Hashable {
    /// The address, and what of the rest is not what it should be, for people.
    case address(FileAddress, odd: [String])
    /// Why there is none, for people.
    case unusable(String)
  }

  /// Reads a stored document.
  static func reading(_ document: [UInt8]) -> Reading {
    guard let attributes = (try? JSON(parsing: document))?["attributes"] else {
      return .unusable("it has no attributes")
    }
    guard let place = attributes["uri"], !place.isNull else { return .unusable("it names no uri") }
    guard let uri = place["value"]?.string, !uri.isEmpty else {
      return .unusable("its uri.value is \(kind(place["value"]))")
    }
    guard let url = place["url"]?.string, !url.isEmpty else { return .unusable("its uri.url is \(kind(place["url"]))") }
    var address = FileAddress(uri: uri, url: url)
    var odd: [String] = []
    if let size = attributes["filesize"], !size.isNull {
      address.size = (size.integer ?? size.string.flatMap { Int64($0) }).flatMap { $0 < 0 ? nil : $0 }
      if address.size == nil { odd.append("its filesize is no number of bytes") }
      if let bytes = address.size, bytes > greatestSize {
        address.size = nil
        odd.append("its filesize is \(bytes) bytes, more than any file has")
      }
    }
    if let type = attributes["filemime"], !type.isNull {
      address.mediaType = type.string
      if address.mediaType == nil { odd.append("its filemime is \(kind(type))") }
    }
    return .address(address, odd: odd)
  }

  private static func kind(_ value: JSON?) -> String {
    switch value {
    case nil: "absent"
    case .null: "null"
    case .bool: "true or false"
    case .number: "a number"
    case .string: "empty"
    case .array: "a list"
    case .object: "an object"
    }
  }
}

/// The rows of `file_source`: what the site itself said of where contents are. Contents are fetched from there and nowhere else:
/// what clients write never comes here.
enum FileAddressRows {
  /// What the site shows of a file now.
  static func note(_ document: [UInt8], of resource: Int64, _ db: Database) throws {
    switch FileAddress.reading(document) {
    case .address(let address, let odd):
      try db.run(
        sql: "INSERT OR REPLACE INTO file_source (resource, uri, url, size, media_type) VALUES (?, ?, ?, ?, ?)",
        arguments: [resource, address.uri, address.url, address.size, address.mediaType])
      try note(odd.isEmpty ? nil : odd.joined(separator: ", ") + ": taken as not known", of: resource, db)
    case .unusable(let reason):
      // The content that is there stays, under the address that was good.
      try note("\(reason): its content is not fetched", of: resource, db)
    }
  }

  /// The same for a resource of any type.
  static func noteIfFile(_ document: [UInt8], of resource: Int64, _ db: Database) throws {
    let isFile = try Bool.cachedOne(
      db,
      sql: """
        SELECT t.entity_type = 'file' FROM identity i JOIN resource_type t ON t.id = i.type WHERE i.id = ?
        """, arguments: [resource])
    if isFile == true { try note(document, of: resource, db) }
  }

  private static func note(_ reason: String?, of resource: Int64, _ db: Database) throws {
    let isAnyAside =
      try Bool.cachedOne(db, sql: "SELECT EXISTS (SELECT 1 FROM set_aside WHERE kind = 'field')") ?? false
    guard reason != nil || isAnyAside else { return }
    guard
      let row = try Row.cachedOne(
        db, sql: "SELECT type, uuid, unixepoch() FROM resources WHERE resource = ?", arguments: [resource])
    else { return }
    let (type, uuid): (String, String) = (try row.decode(atIndex: 0), try row.decode(atIndex: 1))
    let subject = "uri of \(uuid)"
    if let reason {
      let advice = "look at the file on the site; saving it there again usually puts it right"
      try SetAsideRows.note(
        [SetAside(.field, type: type, subject: subject, reason: reason, advice: advice, at: row.decode(atIndex: 2))], db
      )
    } else {
      try db.run(
        sql: "DELETE FROM set_aside WHERE kind = 'field' AND type = ? AND subject = ?", arguments: [type, subject])
    }
  }
}
