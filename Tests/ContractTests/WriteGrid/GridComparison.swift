import JSONAPI

/// One place at which two answers to a write differ.
struct GridDifference: Sendable {
  /// `status`, `errors` (which errors there are and what they say), `errors rest`, `form`, `header allow`, `body`, or the path in the
  /// document without the numbers of elements, such as `.data.attributes.title`.
  var place: String
  /// The id of the resource object that it stands in, in lower case; empty outside of those.
  var resource = ""
  /// The values there; nil where one side has none.
  var site: JSON?
  var local: JSON?
  var text: String

  /// The attribute or relationship that it stands in; nil for other places.
  var member: String? {
    let parts = place.split(separator: ".")
    guard let at = parts.firstIndex(where: { $0 == "attributes" || $0 == "relationships" }), at + 1 < parts.count else {
      return nil
    }
    return String(parts[at + 1].prefix { $0 != "[" })
  }

  /// The last member's name.
  var name: String { place.split(separator: ".").last.map { String($0.prefix { $0 != "[" }) } ?? "" }
}

/// What is different between the two answers to one write.
struct GridComparison {
  private(set) var differences: [GridDifference] = []

  init(_ written: WriteCase, site: Given, local: Given) {
    checkForm(local)
    if site.status != local.status {
      note("status", "\(site.status) and \(local.status)")
      return
    }
    for name in ["content-type", "allow", "link"] where site.fields[name] != local.fields[name] {
      // TRACE the web server refuses, in its own way.
      if name == "allow", written.method == "TRACE" { continue }
      note("header \(name)", "\(site.fields[name] ?? "-") and \(local.fields[name] ?? "-")")
    }
    guard written.method != "HEAD", written.method != "OPTIONS" else { return }
    let (one, other) = (try? JSON(parsing: site.body), try? JSON(parsing: local.body))
    if site.status >= 400 {
      guard let one, let other else {
        // Pages have a theme.
        if one != nil || other != nil { note("body", "one of both is no document") }
        return
      }
      compareErrors(one, other)
    } else if site.status != 204 {
      compare(one, other, "", "")
    }
  }

  private mutating func note(
    _ place: String, _ text: String, _ site: JSON? = nil, _ local: JSON? = nil, in resource: String = ""
  ) {
    differences.append(GridDifference(place: place, resource: resource, site: site, local: local, text: text))
  }

  /// An error document says the status that its answer has.
  private mutating func checkForm(_ local: Given) {
    guard local.status >= 400, let errors = (try? JSON(parsing: local.body))?["errors"]?.array else { return }
    let isSo = !errors.isEmpty && errors.allSatisfy { $0["status"]?.string == String(local.status) }
    if !isSo || local.fields["content-type"] != "application/vnd.api+json" {
      note("form", "the mirror's error document is not in the site's form")
    }
  }

  private mutating func compareErrors(_ one: JSON, _ other: JSON) {
    if one == other { return }
    let (errors, others) = (one["errors"]?.array ?? [], other["errors"]?.array ?? [])
    let says = { (error: JSON) in [error["detail"], error["source"]?["pointer"]] }
    if errors.map(says) != others.map(says) { note("errors", "other errors, or other words") }
    // All but what they say: also of those that say something else.
    let rest = { (error: JSON) -> JSON in
      guard var object = error.object else { return error }
      object["detail"] = nil
      object["source"] = nil
      return .object(object)
    }
    let outside = { (document: JSON) -> JSON in
      guard var object = document.object else { return document }
      object["errors"] = nil
      return .object(object)
    }
    let isSame = zip(errors, others).allSatisfy { rest($0) == rest($1) } && outside(one) == outside(other)
    if !isSame || differences.isEmpty {
      note("errors rest", "\(one.text().prefix(600)) and \(other.text().prefix(600))")
    }
  }

  private mutating func compare(_ site: JSON?, _ local: JSON?, _ path: String, _ resource: String) {
    switch (site, local) {
    case (.object(let one)?, .object(let other)?) where one["id"] == "missing" && other["id"] != "missing":
      note(path, "missing and \(other["id"]?.text() ?? "-")", site, local, in: resource)
    case (.object(let one)?, .object(let other)?):
      let isResource = path == ".data" || path == ".data[]" || path == ".included[]"
      let resource = isResource ? one["id"]?.string?.lowercased() ?? resource : resource
      if one.names.filter({ other[$0] != nil }) != other.names.filter({ one[$0] != nil }) {
        note("\(path) order", "\(one.names) and \(other.names)", in: resource)
      }
      for name in one.names where other[name] == nil {
        let text = "only the site has it: \(one[name]?.text().prefix(100) ?? "")"
        note("\(path).\(name)", text, one[name], nil, in: resource)
      }
      for name in other.names where one[name] == nil {
        let text = "only the mirror has it: \(other[name]?.text().prefix(100) ?? "")"
        note("\(path).\(name)", text, nil, other[name], in: resource)
      }
      for name in one.names {
        if let left = one[name], let right = other[name] { compare(left, right, "\(path).\(name)", resource) }
      }
    case (.array(let one)?, .array(let other)?):
      if path == ".included" { return compareIncluded(one, other) }
      if one.count != other.count {
        note(path, "\(one.count) and \(other.count) elements", site, local, in: resource)
        return
      }
      for (left, right) in zip(one, other) { compare(left, right, "\(path)[]", resource) }
    default:
      guard site != local else { return }
      let text = "\(site?.text().prefix(200) ?? "-") and \(local?.text().prefix(200) ?? "-")"
      note(path, text, site, local, in: resource)
    }
  }

  /// What is included is told apart by type and id.
  private mutating func compareIncluded(_ site: [JSON], _ local: [JSON]) {
    let key = { (resource: JSON) in "\(resource["type"]?.string ?? "")/\(resource["id"]?.string ?? "")" }
    let others = Dictionary(local.map { (key($0), $0) }) { one, _ in one }
    for resource in site {
      let id = resource["id"]?.string?.lowercased() ?? ""
      if let other = others[key(resource)] {
        compare(resource, other, ".included[]", id)
      } else {
        note(".included", "only the site includes \(key(resource))", resource, nil, in: id)
      }
    }
    let there = Set(site.map(key))
    for resource in local where !there.contains(key(resource)) {
      let id = resource["id"]?.string?.lowercased() ?? ""
      note(".included", "only the mirror includes \(key(resource))", nil, resource, in: id)
    }
  }
}
