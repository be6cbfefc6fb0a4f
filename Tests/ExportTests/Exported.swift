import Crypto
import Foundation
import GRDB
import JSONAPI
import Store
import Support
import Testing

@testable import Export

/// An export of a mirror, in a folder that goes with the mirror, as its reader finds it.
struct Exported {
  let folder: String
  let report: ExportReport
  let manifest: JSON

  /// - Parameter isEngineThere: whether some process writes the copy; a mirror of the tests has a run that nobody has ended.
  init(
    of made: CrawledMirror, _ format: ExportFormat, into name: String = UUID().uuidString, isEngineThere: Bool = false,
    _ change: (inout ExportOrder) -> Void = { _ in }
  ) throws {
    folder = made.folder.path + "/" + name
    var order = ExportOrder(folder: folder, format: format, version: "9.9.9")
    order.wait = .zero
    change(&order)
    report = try ExportRun(order, of: made.mirror, isEngineThere: { isEngineThere }, now: { 1_800_000_000 }).make()
    manifest = try JSON(parsing: Array(Data(contentsOf: URL(filePath: folder + "/manifest.json"))))
  }

  /// The recorded community with its views.
  static func community() throws -> CrawledMirror {
    let made = try CrawledMirror.full()
    try made.mirror.discovery.note(.siteBaseURL, CrawledMirror.site)
    try made.mirror.views.renew()
    try made.mirror.views.indexIDs()
    return made
  }

  /// The manifest's tables by name.
  var tables: [String: JSON] {
    let tables = manifest["tables"]?.array ?? []
    return Dictionary(tables.map { ($0["name"]?.string ?? "", $0) }) { first, _ in first }
  }

  func columns(_ table: String) -> [String] {
    tables[table]?["columns"]?.array?.compactMap { $0["name"]?.string } ?? []
  }

  /// The bytes of a file.
  func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: folder + "/" + name))) }

  /// The files by name, without the manifest.
  var names: Set<String> {
    get throws { Set(try FileManager.default.contentsOfDirectory(atPath: folder)).subtracting(["manifest.json"]) }
  }

  /// Whether a text stands in any file.
  func holds(_ text: String) throws -> Bool {
    let wanted = Data(text.utf8)
    return try FileManager.default.contentsOfDirectory(atPath: folder).contains { name in
      try Data(contentsOf: URL(filePath: folder + "/" + name)).range(of: wanted) != nil
    }
  }

  /// Hashes, sizes and permissions are as the manifest has them, and there is nothing that it does not name.
  func proveFiles() throws {
    let files = manifest["files"]?.array ?? []
    #expect(Set(files.compactMap { $0["name"]?.string }) == (try names))
    for file in files {
      let name = try #require(file["name"]?.string)
      let content = try bytes(name)
      #expect(file["bytes"]?.integer == Int64(content.count))
      #expect(file["sha256"]?.string == Hexadecimal.text(SHA256.hash(data: content)))
      #expect(try permissions(name) == 0o600)
    }
    #expect(try permissions("manifest.json") == 0o600)
    #expect(try permissions("") == 0o700)
  }

  private func permissions(_ name: String) throws -> Int? {
    let path = name.isEmpty ? folder : folder + "/" + name
    return try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }
}

extension CrawledMirror {
  /// The rows of a view or table of a database, as texts, in one order.
  static func rows(_ database: String, _ table: String, _ columns: [String]) throws -> [[String?]] {
    let list = columns.map { "\"\($0)\"" }.joined(separator: ", ")
    return try DatabaseQueue(path: database).read { db in
      try Row.fetchAll(db, sql: "SELECT \(list) FROM \"\(table)\"").map { row in
        row.databaseValues.map { value in
          switch value.storage {
          case .null: nil
          case .int64(let number): "\(number)"
          case .double(let number): "\(number)"
          case .string(let text): text
          case .blob(let data): "\(data)"
          }
        }
      }
    }.sorted { one, other in
      for (left, right) in zip(one, other) where left != right { return (left ?? "") < (right ?? "") }
      return false
    }
  }
}

/// Records of RFC 4180: nil for a field of nothing at all.
func records(ofCSV bytes: [UInt8]) -> [[String?]] {
  var (records, record): ([[String?]], [String?]) = ([], [])
  var (field, isQuoted, isInside): ([UInt8], Bool, Bool) = ([], false, false)
  var index = 0
  func end() {
    record.append(field.isEmpty && !isQuoted ? nil : String(decoding: field, as: UTF8.self))
    (field, isQuoted) = ([], false)
  }
  while index < bytes.count {
    let byte = bytes[index]
    index += 1
    if isInside {
      if byte != UInt8(ascii: "\"") {
        field.append(byte)
      } else if index < bytes.count, bytes[index] == byte {
        field.append(byte)
        index += 1
      } else {
        isInside = false
      }
    } else if byte == UInt8(ascii: "\"") {
      (isQuoted, isInside) = (true, true)
    } else if byte == UInt8(ascii: ",") {
      end()
    } else if byte == 0x0D, index < bytes.count, bytes[index] == 0x0A {
      index += 1
      end()
      records.append(record)
      record = []
    } else {
      field.append(byte)
    }
  }
  return records
}
