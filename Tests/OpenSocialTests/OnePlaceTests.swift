import Foundation
import Testing

/// Fields are known by name in one room. A rule about a field that stands elsewhere is found here, and belongs into
/// `FieldDescription`.
@Suite struct OnePlaceTests {
  private static let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Sources")

  /// The room itself, and the site that was written to check it.
  private static let exempt: Set<String> = ["OpenSocial", "SampleSite", "SampleContent"]

  private static let reports = "ReadyReports.swift"

  /// What no other room says, and where it may stand all the same.
  private static let forms: [(form: String, files: Set<String>)] = [
    (#"drupal_internal__"#, []),
    (#"content_translation_"#, []),
    // Names of types are taken apart by `ResourceTypeName`, which looks at bytes; in scopes by the token issuer, which knows no other
    // room of the mirror.
    (#""[a-z_]*--""#, ["Scopes.swift"]),
    // Ready reports are written for the fields of this kind of site.
    (#""(metatag|display_name|default_langcode|processed|pass|revision_[a-z_]+|field_[a-z_]*)""#, [reports]),
    (#"(\?\? |SortKey\(|= |\[|== )"changed""#, []),
  ]

  /// Words that documents and other lists have as well.
  private static let everyday: Set<String> = ["title", "status", "name", "label", "path", "data", "description"]

  private struct Source {
    var name: String
    /// Without comments.
    var code: String
  }

  private func read() throws -> [Source] {
    let files = try #require(FileManager.default.enumerator(at: Self.sources, includingPropertiesForKeys: nil))
    var found: [Source] = []
    for case let file as URL in files where file.pathExtension == "swift" {
      let below = file.pathComponents.dropFirst(Self.sources.pathComponents.count)
      if let room = below.first, Self.exempt.contains(room) { continue }
      let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      let code = lines.filter { !$0.trimmingCharacters(in: .whitespaces).hasPrefix("//") }
      found.append(Source(name: file.lastPathComponent, code: code.joined(separator: "\n")))
    }
    try #require(found.count > 200)
    return found
  }

  @Test func noOtherRoomKnowsNamesOfFields() throws {
    let sources = try read()
    for (form, files) in Self.forms {
      let pattern = try Regex(form)
      let found = Set(sources.filter { $0.code.contains(pattern) }.map(\.name))
      #expect(found == files, "\(form): ask FieldDescription")
    }
  }

  /// A list of two fields is a rule about fields.
  @Test func noOtherRoomListsFields() throws {
    let fields = RecordedFields.all.reduce(into: Set<String>()) { $0.formUnion($1.names) }
    let list = try Regex(#"(\[|case )\s*"[A-Za-z_]+"(,\s*"[A-Za-z_]+")+"#)
    for source in try read() where source.name != Self.reports {
      for match in source.code.matches(of: list) {
        let words = source.code[match.range].split(separator: "\"").map { String($0) }
        let named = Set(words).intersection(fields)
        #expect(named.count < 2 || named.isSubset(of: Self.everyday), "\(source.name): \(named.sorted())")
      }
    }
  }
}
