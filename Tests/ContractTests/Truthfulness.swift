import JSONAPI
import Support

/// What stays to be compared where an answer may show other rows than the recorded one.
extension AccountFacts {
  /// Whether a difference is one of rows alone: it stands in the rows, in what was included with them, in the pager, or in the
  /// note of what was left out, and the document around them is as recorded.
  func isOfRows(_ exchange: Exchange, _ given: Given, _ difference: Difference) -> Bool {
    guard exchange.status == 200, given.status == 200, let got = try? JSON(parsing: given.body),
      let recorded = exchange.document
    else { return false }
    let rows = [".data", ".included", ".meta.omitted", ".links.first", ".links.next", ".links.prev"]
    let isMember = difference.place == ".members" || difference.place == ".links" || difference.place == ".meta"
    guard isMember || rows.contains(where: difference.place.hasPrefix) else { return false }
    let names = { (value: JSON?) in Set(value?.object?.names ?? []) }
    return names(got).symmetricDifference(names(recorded)).isSubset(of: ["included", "meta"])
      && names(got["links"]).symmetricDifference(names(recorded["links"])).isSubset(of: ["first", "next", "prev"])
      && got["links"]?["self"] == recorded["links"]?["self"] && got["meta"] == nil
      && isTrue(got, exchange)
  }

  /// Whether every resource of a document is part of what the crawl or the recorded answer shows of it, none stands there
  /// twice, and rows are of the type that was asked for.
  func isTrue(_ document: JSON, _ exchange: Exchange) -> Bool {
    let recorded = (exchange.document?["data"]?.array ?? []) + (exchange.document?["included"]?.array ?? [])
    let shown = Dictionary(recorded.map { (AccountFacts.key($0), $0) }) { one, _ in one }
    let rows = document["data"]?.array ?? []
    let all = rows + (document["included"]?.array ?? [])
    return Set(all.map(AccountFacts.key)).count == all.count
      && rows.allSatisfy { "/jsonapi/" + ($0["type"]?.string ?? "").replacing("--", with: "/") == exchange.path }
      && all.allSatisfy { resource in
        [resources[AccountFacts.key(resource)], shown[AccountFacts.key(resource)]].contains { known in
          known.map { AccountFacts.isPart(resource, of: $0) } ?? false
        }
      }
  }

  /// Whether the rows that both documents have are the same, and stand in the same order.
  static func isSameOrder(_ one: JSON, _ other: JSON) -> Bool {
    let (one, other) = (one["data"]?.array ?? [], other["data"]?.array ?? [])
    let both = Set(one.map(key)).intersection(other.map(key))
    let rows = { (all: [JSON]) in all.filter { both.contains(key($0)) } }
    return zip(rows(one), rows(other)).allSatisfy { $0 == $1 }
  }

  private static func key(_ resource: JSON) -> String {
    "\(resource["type"]?.string ?? "")/\(resource["id"]?.string ?? "")"
  }

  /// Whether a resource is another without the fields that were not asked for.
  private static func isPart(_ resource: JSON, of known: JSON) -> Bool {
    (resource.object?.members ?? []).allSatisfy { member in
      guard member.name == "attributes" || member.name == "relationships" else {
        return known[member.name] == member.value
      }
      return (member.value.object?.members ?? []).allSatisfy { field in
        let whole = known[member.name]?[field.name]
        // A URL of a file that is not public is signed anew for each answer.
        if let value = whole?["value"]?.string, value.contains("://"), !value.hasPrefix("public") {
          return field.value["value"]?.string == value
        }
        return whole == field.value
      }
    }
  }
}
