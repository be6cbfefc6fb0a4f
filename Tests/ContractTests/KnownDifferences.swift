import Foundation
import JSONAPI

/// Exchanges that a subject does not answer as recorded, and why.
enum KnownDifferences {
  static let sampleSite: [String: String] = [:]
  static let localAPI = [
    "r00076": "the related route of internal targets only: 404 instead of 405, it is not known to be there",
    "r02633": "the related route of internal targets only: 404 instead of 405, it is not known to be there",
    "r00782": "a text field filtered without a property is compared instead of refused",
    "r01318": "the path field filtered without a property is compared instead of refused",
    "r01876": "a comment field filtered without a property is compared instead of refused",
    "r03294": "a relationship filtered without a property is compared instead of refused",
  ]
}

/// Lines of a fixture that is not packed.
enum RecordedLines {
  static func read(_ name: String, file: String = #filePath) throws -> [JSON] {
    let folder = URL(filePath: file).deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(contentsOf: folder.appending(path: "Fixtures/\(name)"), encoding: .utf8)
    return try text.split(separator: "\n").map { try JSON(parsing: String($0)) }
  }
}
