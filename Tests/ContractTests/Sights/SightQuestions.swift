import Foundation
import JSONAPI
import Store
import Support

/// One request of a client.
struct SightQuestion: Sendable {
  var method = "GET"
  var target: String
  var fields: [String: String] = [:]
  var body: [UInt8] = []

  var text: String {
    let shown = target.removingPercentEncoding ?? target
    return "\(method) \(shown)" + (body.isEmpty ? "" : " \(String(decoding: body.prefix(300), as: UTF8.self))")
  }
}

/// What somebody asks who knows very well what is hidden: its names, ids and values, of either community.
struct SightQuestions {
  private let sight: SightCase
  private let paths: [String: String]
  /// The rows of both communities.
  private let rows: [JSON]
  /// Path and rows of each type, for the grid.
  let types: [String: (path: String, resources: [JSON])]
  /// By type, the collections whose resources lead to it, and by which relationship; a few.
  private let ways: [String: [(path: String, relationship: String)]]

  init(_ sight: SightCase, rows: [JSON]) throws {
    self.sight = sight
    self.rows = rows
    let paths = try CrawledMirror.paths()
    var types: [String: (path: String, resources: [JSON])] = [:]
    var ways: [String: [(path: String, relationship: String)]] = [:]
    var seen: Set<String> = []
    for row in rows {
      guard let type = row["type"]?.string, let path = paths[type] else { continue }
      types[type, default: (path, [])].resources.append(row)
      for member in row["relationships"]?.object?.members ?? [] {
        let data = member.value["data"]
        guard let target = (data?["type"] ?? data?[0]?["type"])?.string, ways[target, default: []].count < 4,
          seen.insert("\(path) \(member.name) \(target)").inserted
        else { continue }
        ways[target, default: []].append((path, member.name))
      }
    }
    self.paths = paths
    self.types = types
    self.ways = ways
  }

  var all: [SightQuestion] { general + hiddenFields + hiddenRows + writes }

  private var general: [SightQuestion] {
    var targets = ["/jsonapi", "/oauth/userinfo", "/openapi/jsonapi?_format=json"]
    for path in paths.values.sorted() {
      targets += [
        path, "\(path)?page%5Blimit%5D=2", "\(path)?page%5Boffset%5D=3&page%5Blimit%5D=4", "\(path)?sort=-created",
      ]
    }
    return targets.map { SightQuestion(target: $0) }
  }

  /// By each hidden field, of the type itself and through relationships that lead to it.
  private var hiddenFields: [SightQuestion] {
    var questions: [SightQuestion] = []
    for (type, known) in types.sorted(by: { $0.key < $1.key }) {
      var fields: [String: [JSON]] = [:]
      for row in known.resources {
        for part in ["attributes", "relationships"] {
          for member in row[part]?.object?.members ?? [] where sight.hides(member.name, of: type) {
            // A few values of each, of the first community and of the others.
            let value = part == "attributes" ? member.value : member.value["data"]?["id"] ?? .null
            if !value.isNull, fields[member.name, default: []].count < 3 || row["id"]?.string?.hasPrefix("f0") == true {
              fields[member.name, default: []].append(value)
            } else {
              fields[member.name, default: []] += []
            }
          }
        }
      }
      let one = "\(known.path)/\(known.resources[0]["id"]?.string ?? "")"
      for (field, values) in fields.sorted(by: { $0.key < $1.key }) {
        var targets = [
          "\(known.path)?sort=\(field)", "\(known.path)?sort=-\(field)&page%5Blimit%5D=3",
          "\(known.path)?include=\(field)",
          "\(known.path)?fields%5B\(type)%5D=\(field)", "\(one)?fields%5B\(type)%5D=\(field)",
          "\(one)?include=\(field)",
          "\(one)/\(field)", "\(one)/relationships/\(field)", condition(known.path, field, "IS NULL", []),
          condition(known.path, field, "IS NOT NULL", []), condition(known.path, "\(field).id", "=", ["x"]),
          condition(known.path, "\(field).value", "CONTAINS", ["hidden"]),
        ]
        for value in values.suffix(4).map(SightQuestions.written) {
          targets += [
            "\(known.path)?filter%5B\(field)%5D=\(SightQuestions.encoded(value))",
            condition(known.path, field, "STARTS_WITH", [String(value.prefix(1))]),
            condition(known.path, field, "<>", [value]), condition(known.path, field, "IN", [value, "x"]),
            condition(known.path, field, "BETWEEN", [value, value + "z"]),
          ]
        }
        questions += targets.map { SightQuestion(target: $0) }
        for (other, way) in ways(to: type) {
          let value = values.last.map(SightQuestions.written) ?? "1"
          questions += [
            condition(other, "\(way).\(field)", "=", [value]), condition(other, "\(way).\(field)", "IS NOT NULL", []),
            condition(other, "\(way).entity.\(field)", ">", ["a"]), "\(other)?sort=\(way).\(field)",
            "\(other)?include=\(way).\(field)", "\(other)?include=\(way)&fields%5B\(type)%5D=\(field)",
          ].map { SightQuestion(target: $0) }
        }
      }
    }
    return questions
  }

  /// Each kind of hidden row: itself, what belongs to it, and what leads to it.
  private var hiddenRows: [SightQuestion] {
    var questions: [SightQuestion] = []
    for row in sample {
      guard let type = row["type"]?.string, let id = row["id"]?.string, let path = paths[type] else { continue }
      let one = "\(path)/\(id)"
      var targets = [
        one, "\(one)?include=uid", "\(one)/nope", "\(one)?resourceVersion=id%3A1", condition(path, "id", "=", [id]),
        condition(path, "id", "IN", [id, CrawledMirror.account]), "\(path)?filter%5Bid%5D=\(id)&include=uid",
      ]
      for relationship in row["relationships"]?.object?.names.prefix(4) ?? [] {
        targets += ["\(one)/\(relationship)", "\(one)/relationships/\(relationship)"]
      }
      for attribute in row["attributes"]?.object?.members ?? [] where attribute.value.string != nil {
        targets.append(condition(path, attribute.name, "=", [SightQuestions.written(attribute.value)]))
      }
      if let url = row["attributes"]?["uri"]?["url"]?.string { targets.append(url) }
      for (other, way) in ways(to: type) {
        targets += [
          condition(other, "\(way).id", "=", [id]), condition(other, "\(way).id", "<>", [id]),
          condition(other, "\(way).created", ">", ["0"]), "\(other)?sort=\(way).created", "\(other)?sort=-\(way).id",
          "\(other)?include=\(way)", "\(other)?include=\(way).uid&page%5Blimit%5D=5",
        ]
      }
      questions += targets.map { SightQuestion(target: $0) }
      questions += ["HEAD", "OPTIONS", "PUT"].map { SightQuestion(method: $0, target: one) }
    }
    return questions
  }

  /// Changes of what is hidden, and such as name it. All are refused, so nothing changes between two questions.
  private var writes: [SightQuestion] {
    var questions: [SightQuestion] = []
    func ask(_ method: String, _ target: String, _ document: JSON?) {
      questions.append(
        SightQuestion(
          method: method, target: target, fields: ["Content-Type": "application/vnd.api+json"],
          body: document?.encoded(.plain) ?? []))
    }
    for row in sample {
      guard let type = row["type"]?.string, let id = row["id"]?.string, let path = paths[type] else { continue }
      ask("DELETE", "\(path)/\(id)", nil)
      let text: JSON = ["title": "Mine", "name": "Mine", "label": "Mine", "status": true]
      ask("PATCH", "\(path)/\(id)", ["data": ["type": .string(type), "id": .string(id), "attributes": text]])
      let item: JSON = ["type": .string(type), "id": .string(id)]
      if let relationship = row["relationships"]?.object?.names.first {
        for method in ["PATCH", "POST", "DELETE"] {
          ask(method, "\(path)/\(id)/relationships/\(relationship)", ["data": item])
        }
      }
      // Somebody who is shown names somebody who is not.
      for (other, way) in ways(to: type).prefix(3) {
        guard let shown = rows.first(where: { paths[$0["type"]?.string ?? ""] == other && !sight.hides($0) }),
          let shownID = shown["id"]?.string, let shownType = shown["type"]
        else { continue }
        ask("PATCH", "\(other)/\(shownID)/relationships/\(way)", ["data": item])
        let linkage: JSON = ["data": item]
        let relationships: JSON = .object(JSONObject([(way, linkage)]))
        ask(
          "PATCH", "\(other)/\(shownID)",
          ["data": ["type": shownType, "id": .string(shownID), "relationships": relationships]])
      }
    }
    for (type, known) in types.sorted(by: { $0.key < $1.key }) {
      guard let shown = known.resources.first(where: { !sight.hides($0) }), let id = shown["id"] else { continue }
      for member in shown["attributes"]?.object?.members ?? [] where sight.hides(member.name, of: type) {
        let attributes: JSON = .object(JSONObject([(member.name, "mine")]))
        ask(
          "PATCH", "\(known.path)/\(id.string ?? "")",
          ["data": ["type": .string(type), "id": id, "attributes": attributes]])
      }
    }
    return questions
  }

  // MARK: Parts

  /// Two hidden rows of each type: the first, and the last, which only the other community has.
  private var sample: [JSON] {
    types.sorted { $0.key < $1.key }.flatMap { _, known -> [JSON] in
      let hidden = known.resources.filter { sight.hides($0) }
      return hidden.count > 1 ? [hidden[0], hidden[hidden.count - 1]] : hidden
    }
  }

  private func ways(to type: String) -> [(path: String, relationship: String)] { ways[type] ?? [] }

  private func condition(_ path: String, _ field: String, _ comparison: String, _ values: [String]) -> String {
    let name = values.count > 1 ? "value%5D%5B%5D" : "value%5D"
    let parts = values.map { "&filter%5Bk%5D%5Bcondition%5D%5B\(name)=\(SightQuestions.encoded($0))" }
    return "\(path)?filter%5Bk%5D%5Bcondition%5D%5Bpath%5D=\(SightQuestions.encoded(field))"
      + "&filter%5Bk%5D%5Bcondition%5D%5Boperator%5D=\(SightQuestions.encoded(comparison))" + parts.joined()
  }

  private static func written(_ value: JSON) -> String {
    switch value {
    case .bool(let flag): flag ? "1" : "0"
    case .number(let digits): digits
    case .string(let text): RFC3339.unixSeconds(text).map { String($0) } ?? String(text.prefix(120))
    case .array(let elements): elements.first.map(written) ?? ""
    case .object(let object): object.members.first.map { written($0.value) } ?? ""
    case .null: ""
    }
  }

  private static func encoded(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
  }
}
