import Foundation
import JSONAPI
import OpenSocial
import Store
import Support

/// The recorded community, and others that differ from it in nothing but what a sight hides: hidden rows are gone, added or
/// changed, and hidden fields of rows that are shown are changed.
struct HiddenDifference {
  /// A collection page.
  struct Page {
    var type: String
    var rows: [JSON]
    var document: JSON
  }

  /// What a difference consists of.
  struct Counts: Sendable {
    var removed = 0
    var added = 0
    var changed = 0
    /// Fields of rows that are shown.
    var fields = 0
  }

  let sight: SightCase
  let ground: [Page]

  init(_ sight: SightCase) throws {
    self.sight = sight
    var pages: [Page] = []
    var count = 0
    for page in try RecordedCrawl.load(base: CrawledMirror.site) where page.type != "entry" {
      let document = try JSON(parsing: page.body)
      let rows = (document["data"]?.array ?? []).map { row -> JSON in
        count += 1
        // The recorded account wrote next to nothing; a sight of what is its own needs something to show.
        return sight.rules.own && count % 4 == 0 ? HiddenDifference.written(row) : row
      }
      pages.append(Page(type: page.type, rows: rows, document: document))
    }
    ground = pages
  }

  /// The row, by the account that synchronises.
  private static func written(_ row: JSON) -> JSON {
    guard let author = SightCase.author(of: row), let object = row.object else { return row }
    // Both the identifier and its number are the account's, of which the crawl tells 2.
    var changed = object
    changed["relationships"] = replaced(object["relationships"] ?? [:]) { name, value in
      guard name == "uid" || name == "user_id", var members = value.object,
        value["data"]?["id"]?.string == author
      else { return value }
      members["data"] = [
        "type": "user--user", "id": .string(CrawledMirror.account), "meta": ["drupal_internal__target_id": 2],
      ]
      return .object(members)
    }
    return .object(changed)
  }

  /// Another community. The same seed gives the same.
  /// - Parameter round: tells apart what is done later.
  func other(seed: UInt64, round: Int = 0) throws -> (pages: [Page], counts: Counts) {
    var random = SplitMix(state: seed &+ UInt64(round))
    var counts = Counts()
    var pages = ground
    var minted = round * 1_000
    for index in pages.indices {
      var rows: [JSON] = []
      var clones: [JSON] = []
      for row in pages[index].rows {
        guard sight.hides(row) else {
          rows.append(fieldsChanged(row, &random, &counts))
          continue
        }
        if clones.count < 3 {
          minted += 1
          clones.append(try cloned(row, minted))
        }
        switch random.next(of: 3) {
        case 0: counts.removed += 1
        case 1:
          counts.changed += 1
          rows.append(HiddenDifference.changed(row, round))
        default: rows.append(row)
        }
      }
      counts.added += clones.count
      pages[index].rows = rows + clones
    }
    return (pages, counts)
  }

  /// A mirror of a community.
  static func mirror(of pages: [Page]) throws -> CrawledMirror {
    let made = try CrawledMirror()
    try apply(pages, to: made)
    try made.mirror.discovery.note(.siteAccount, CrawledMirror.account)
    try made.describe()
    return made
  }

  static func apply(_ pages: [Page], to made: CrawledMirror) throws {
    var scanner = PageScanner(base: DocumentBase(CrawledMirror.site), paths: try CrawledMirror.paths())
    let scanned = try pages.map { page -> (type: String, page: ScannedPage) in
      var document = page.document.object ?? JSONObject()
      document["data"] = .array(page.rows)
      return (page.type, try scanner.page(JSON.object(document).encoded(.site)))
    }
    _ = try made.apply(scanned, cursor: true)
  }

  // MARK: Rows

  private func fieldsChanged(_ row: JSON, _ random: inout SplitMix, _ counts: inout Counts) -> JSON {
    guard !sight.rules.hide.isEmpty, var object = row.object, let type = row["type"]?.string else { return row }
    for part in ["attributes", "relationships"] {
      guard let members = object[part], members.object != nil else { continue }
      object[part] = HiddenDifference.replaced(members) { name, value in
        guard sight.hides(name, of: type), random.next(of: 3) > 0 else { return value }
        counts.fields += 1
        guard part == "relationships" else { return HiddenDifference.another(value, "field") }
        guard var relationship = value.object else { return value }
        relationship["data"] = value["data"]?.array == nil ? .null : .array([])
        return .object(relationship)
      }
    }
    return .object(object)
  }

  /// A hidden row with other texts, numbers and times; what makes it hidden stays.
  private static func changed(_ row: JSON, _ round: Int) -> JSON {
    guard var object = row.object, let attributes = object["attributes"] else { return row }
    object["attributes"] = replaced(attributes) { name, value in
      name.hasPrefix("drupal_internal__") || fixed.contains(name) ? value : another(value, "row \(round)")
    }
    return .object(object)
  }

  /// What tells a row's place, language or state.
  private static let fixed: Set<String> = [
    "status", "langcode", "default_langcode", "uri", "path", "entity_type", "field_name", "plugin_id", "thread",
  ]

  /// A row like another under an id and numbers of its own.
  private func cloned(_ row: JSON, _ number: Int) throws -> JSON {
    guard let id = row["id"]?.string else { return row }
    let digits = String(number, radix: 16)
    let minted = "f0000000-0000-4000-8000-" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits
    let text = row.text(.site).replacingOccurrences(of: id, with: minted)
    let clone = HiddenDifference.changed(try JSON(parsing: Array(text.utf8)), number)
    guard var object = clone.object, let attributes = object["attributes"] else { return clone }
    object["attributes"] = HiddenDifference.replaced(attributes) { name, value in
      guard name.hasPrefix("drupal_internal__"), let serial = value.integer else { return value }
      return .integer(serial + 500_000 + Int64(number))
    }
    return .object(object)
  }

  private static func replaced(_ members: JSON, _ change: (String, JSON) -> JSON) -> JSON {
    guard let object = members.object else { return members }
    return .object(JSONObject(object.members.map { ($0.name, change($0.name, $0.value)) }))
  }

  /// Another value of the same kind.
  private static func another(_ value: JSON, _ word: String) -> JSON {
    switch value {
    case .null: .null
    case .bool(let flag): .bool(!flag)
    case .number: value.integer.map { JSON.integer($0 + 1_000) } ?? value
    case .string(let text):
      // A time stays one.
      text.firstMatch(of: /^\d{4}-\d\d-\d\d(T|$)/) == nil
        ? .string("hidden \(word) \(text)") : .string("2021\(text.dropFirst(4))")
    case .array(let elements): .array(elements.map { another($0, word) })
    case .object: replaced(value) { _, inner in another(inner, word) }
    }
  }
}
