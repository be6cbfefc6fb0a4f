import Foundation
import Publish

extension Settings {
  /// Where the daemon publishes to.
  struct Publishing: Sendable {
    /// The file with the connection string; nil to publish nothing.
    var postgresFile: String?
    /// The schema; nil for one that is named after the site.
    var schema: String?
  }
}

extension Settings.Publishing {
  init(_ source: SettingsSource) throws {
    postgresFile = try source.path("publish.postgresFile")
    schema = try source.text("publish.schema").map(SchemaName.checked)
  }

  /// Reads where the file leads.
  /// - Throws: `ConfigurationError` where it cannot be read; `PublishRefusal` where it holds no connection string.
  static func target(inFile path: String, environment: [String: String]) throws -> PostgresTarget {
    guard let file = FileHandle(forReadingAtPath: path), let data = try? file.read(upToCount: 8_192) ?? Data() else {
      throw ConfigurationError(
        description: "publish.postgresFile: \(path) cannot be read; check that it is there and its permissions")
    }
    let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    return try PostgresTarget(text, environment: environment)
  }
}
