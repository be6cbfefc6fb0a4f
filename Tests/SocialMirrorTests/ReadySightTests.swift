import Foundation
import JSONAPI
import Store
import Support
import Testing

@testable import SocialMirror

/// The sight `reporting` of `config.example.json`, carried out over the recorded community.
@Suite struct ReadySightTests {
  private static func rules() throws -> SightRules {
    let place = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "config.example.json")
    let file = try ConfigurationFile(Data(contentsOf: place), name: "config.example.json", folder: "/")
    let settings = try Settings(file: file, environment: [:], needsSite: false)
    return try #require(settings.localAPI.sights["reporting"])
  }

  /// What tells who somebody is: names, addresses and numbers of accounts and profiles.
  private static func personal() throws -> Set<String> {
    var texts: Set<String> = []
    for resource in try RecordedCrawl.resources().values {
      let attributes = resource["attributes"]
      switch resource["type"]?.string {
      case "user--user":
        texts.formUnion(["name", "display_name", "mail", "init"].compactMap { attributes?[$0]?.string })
      case "profile--profile":
        let names = ["field_profile_first_name", "field_profile_last_name"].compactMap { attributes?[$0]?.string }
        if names.count == 2 { texts.insert(names.joined(separator: " ")) }
        texts.formUnion(["field_profile_phone_number"].compactMap { attributes?[$0]?.string })
      default: break
      }
    }
    return texts.filter { $0.count > 4 }
  }

  /// All texts of a document but its links.
  private static func texts(of value: JSON) -> [String] {
    switch value {
    case .string(let text): [text]
    case .array(let elements): elements.flatMap(texts)
    case .object(let object): object.members.filter { $0.name != "links" }.flatMap { texts(of: $0.value) }
    default: []
    }
  }

  /// The words of a text, and up to four that follow each other: names have as many.
  private static func phrases(of text: String) -> [String] {
    let words = text.split { " \n\t<>|,;:\"()".contains($0) }
    return words.indices.flatMap { start in
      (start + 1...start + 4).filter { $0 <= words.endIndex }.map { words[start..<$0].joined(separator: " ") }
    }
  }

  @Test func showsFiguresAndNobody() async throws {
    let personal = try Self.personal()
    try #require(personal.count > 300)
    let api = try await SightedLocalAPI(.full(), rules: Self.rules())
    var rows: [String: Int] = [:]
    var states: Set<Bool> = []
    var seen: Set<String> = []
    for path in try CrawledMirror.paths().values.sorted() {
      for start in [path, "\(path)?include=uid"] {
        var next: String? = start
        while let target = next {
          let answer = await api.answer(.lesser, "GET", target)
          let document = (try? JSON(parsing: answer.body)) ?? .null
          for resource in (document["data"]?.array ?? []) + (document["included"]?.array ?? []) {
            rows[resource["type"]?.string ?? "", default: 0] += 1
            if let state = resource["attributes"]?["status"]?.bool { states.insert(state) }
            guard seen.insert(resource["id"]?.string ?? "").inserted else { continue }
            for text in Self.texts(of: resource) {
              #expect(!text.hasPrefix("private://"), "\(target): \(text)")
              let told = Self.phrases(of: text).first(where: personal.contains)
              #expect(told == nil, "\(target) tells \(told ?? "")")
            }
          }
          next = document["links"]?["next"]?["href"]?.string
            .map { String($0.dropFirst("http://\(SightedLocalAPI.host)".count)) }
        }
      }
    }
    // What a report counts is there, all of it published, and no file.
    #expect(states == [true])
    for type in ["node--topic", "node--event", "event_enrollment--event_enrollment", "profile--profile", "user--user"] {
      #expect((rows[type] ?? 0) > 10, "\(type)")
    }
    #expect(rows["file--file"] == nil)
  }
}
