import JSONAPI

extension Reader {
  /// A document of resources, with what `include` and `fields` ask for, spliced from encoded bytes.
  func document(
    _ rows: [(type: Int, row: Row)], isList: Bool, links: [(String, String)]
  ) throws(SiteError) -> [UInt8] {
    let fields = try FieldChoices(self)
    var omitted: [Omission] = []
    var seen: [(type: Int, row: Row)] = []
    for (number, row) in rows {
      switch viewer.sight(of: row, community.types[number], in: community) {
      case .whole, .label: seen.append((number, row))
      case .omitted(let reason): omitted.append(Omission(url(of: row, community.types[number]), reason))
      case .vanished: omitted.append(Omission(url(of: row, community.types[number]), ""))
      }
    }
    let included = try Inclusion(self, omitted: omitted).resolve(parameters["include"], from: seen)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4096 * (seen.count + included.rows.count + 1))
    bytes.append(contentsOf: Reader.opening)
    if isList {
      append(seen, fields, to: &bytes)
    } else if let only = seen.first {
      let start = bytes.count
      community.render(only.row, base: base, fields: fields.choice(only), into: &bytes)
      if habits.contains(.brokenRows) { BrokenRows.spoil(&bytes, from: start, only.row, isListed: false) }
    } else {
      bytes.append(contentsOf: "null".utf8)
    }
    if !included.rows.isEmpty {
      bytes.append(contentsOf: #","included":"#.utf8)
      append(included.rows, fields, to: &bytes)
    }
    if !included.omitted.isEmpty {
      bytes.append(contentsOf: #","meta":"#.utf8)
      meta(included.omitted).encode(into: &bytes, .site)
    }
    bytes.append(contentsOf: #","links":"#.utf8)
    JSON.object(JSONObject(links.map { ($0.0, ["href": .string($0.1)]) })).encode(into: &bytes, .site)
    bytes.append(UInt8(ascii: "}"))
    return bytes
  }

  /// A document of a relationship's data, with what `include` asks for, seen from the resource that has it.
  func document(
    data: JSON, including source: (type: Int, row: Row), links: [(String, String)]
  ) throws(SiteError) -> [UInt8] {
    let fields = try FieldChoices(self)
    let included = try Inclusion(self, omitted: []).resolve(parameters["include"], from: [source])
    var bytes = Reader.opening
    data.encode(into: &bytes, .site)
    if !included.rows.isEmpty {
      bytes.append(contentsOf: #","included":"#.utf8)
      append(included.rows, fields, to: &bytes)
    }
    bytes.append(contentsOf: #","links":"#.utf8)
    JSON.object(JSONObject(links.map { ($0.0, ["href": .string($0.1)]) })).encode(into: &bytes, .site)
    bytes.append(UInt8(ascii: "}"))
    return bytes
  }

  private static let opening: [UInt8] = {
    var bytes = Array(#"{"jsonapi":"#.utf8)
    DocumentParts.version.encode(into: &bytes, .site)
    bytes.append(contentsOf: #","data":"#.utf8)
    return bytes
  }()

  private func append(_ rows: [(type: Int, row: Row)], _ fields: FieldChoices, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "["))
    for (index, entry) in rows.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      let start = bytes.count
      community.render(entry.row, base: base, fields: fields.choice(entry), into: &bytes)
      if habits.contains(.brokenRows) { BrokenRows.spoil(&bytes, from: start, entry.row, isListed: true) }
    }
    bytes.append(UInt8(ascii: "]"))
  }

  /// `fields[TYPE]=a,b` (reference 3.7).
  fileprivate func sparseFields() throws(SiteError) -> [String: Set<String>] {
    guard let value = parameters["fields"] else { return [:] }
    guard let entries = value.entries else { throw SiteError(400, Reader.notArray("fields")) }
    var fields: [String: Set<String>] = [:]
    for entry in entries {
      fields[entry.name] = Set((entry.value.text ?? "").split(separator: ",").map(String.init))
    }
    return fields
  }

  /// Reference 2.4. The keys are random in every answer, as the site's are.
  private func meta(_ omissions: [Omission]) -> JSON {
    var links = JSONObject([("help", ["href": .string(DocumentParts.omittedHelp)])])
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
    for (index, omission) in omissions.enumerated() {
      let bits = mixed(seed &+ UInt64(index))
      let key = (0..<7).map { String(alphabet[Int(bits >> UInt64($0 * 8) & 0xFF) % alphabet.count]) }.joined()
      links["item--" + key] = [
        "href": .string(omission.url),
        "meta": ["rel": "item", "detail": .string(DocumentParts.notGranted(omission.reason))],
      ]
    }
    return ["omitted": ["detail": .string(DocumentParts.omittedDetail), "links": .object(links)]]
  }
}

/// A resource that is not shown, and why.
struct Omission {
  var url: String
  var reason: String

  init(_ url: String, _ reason: String) {
    self.url = url
    self.reason = reason
  }
}

/// Which members of each resource an answer shows: what `fields` asks for, less what the viewer may not see.
private struct FieldChoices {
  private let reader: Reader
  private let asked: [String: Set<String>]
  private let access: MemberAccess?

  init(_ reader: Reader) throws(SiteError) {
    self.reader = reader
    asked = try reader.sparseFields()
    access = reader.viewer.isSiteManager ? nil : MemberAccess(community: reader.community, user: reader.viewer.id)
  }

  func choice(_ entry: (type: Int, row: Row)) -> FieldChoice {
    let type = reader.community.types[entry.type]
    var choice = FieldChoice(only: asked[type.name], without: MissingMembers.of(type, reader.habits))
    guard let access else { return choice }
    choice.without.formUnion(access.hiddenFields(of: type))
    if access.sight(of: entry.row, type) == .label {
      choice.isLabelOnly = true
      choice.only = Set(["display_name"]).intersection(choice.only ?? ["display_name"])
    }
    return choice
  }
}

/// Resolves `include` (reference 3.6).
struct Inclusion {
  private let reader: Reader
  private(set) var rows: [(type: Int, row: Row)] = []
  private(set) var omitted: [Omission]
  private var known: Set<EntityUUID> = []

  init(_ reader: Reader, omitted: [Omission]) {
    self.reader = reader
    self.omitted = omitted
  }

  /// A tree of relationship names, in the order asked for.
  private struct Branch {
    var name: String
    var inner: [Branch] = []

    static func plant(_ path: ArraySlice<String>, in branches: inout [Branch]) {
      guard let name = path.first else { return }
      if !branches.contains(where: { $0.name == name }) { branches.append(Branch(name: name)) }
      for index in branches.indices where branches[index].name == name {
        plant(path.dropFirst(), in: &branches[index].inner)
      }
    }
  }

  func resolve(
    _ value: BracketParameters.Value?, from primary: [(type: Int, row: Row)]
  ) throws(SiteError) -> Inclusion {
    guard let value else { return self }
    guard let text = value.text else {
      throw SiteError(400, "Input value \"include\" contains a non-scalar value.")
    }
    guard !text.isEmpty else { return self }
    var branches: [Branch] = []
    let paths = text.split(separator: ",", omittingEmptySubsequences: false).map { path in
      path.split(separator: ".", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
    }
    var checked: Set<Int> = []
    for (number, _) in primary where checked.insert(number).inserted {
      for path in paths {
        guard let fault = complaint(path[...], number) else { continue }
        let whole = path.joined(separator: ".")
        throw SiteError(400, fault.isNested ? "`\(whole)` is not a valid include path. \(fault.text)" : fault.text)
      }
    }
    for path in paths { Branch.plant(path[...], in: &branches) }
    var result = self
    try result.follow(branches, from: primary)
    return result
  }

  /// What is wrong with a path from a type on: behind the first name it is wrong when no type there takes the rest.
  private func complaint(_ path: ArraySlice<String>, _ number: Int) -> (text: String, isNested: Bool)? {
    let type = reader.community.types[number]
    guard let name = path.first, !name.isEmpty else { return ("Empty include path.", false) }
    guard type.includable.contains(name) else {
      return (
        "`\(name)` is not a valid relationship field name. Possible values: "
          + type.includable.joined(separator: ", ") + ".", false
      )
    }
    guard let next = path.dropFirst().first else { return nil }
    let targets = (type.targets[name] ?? []).compactMap { reader.community.content.typeNumbers[$0] }
    if targets.isEmpty, type.selfOnly.contains(name) {
      return ("`\(next)` is not a valid relationship field name.", true)
    }
    let faults = targets.compactMap { complaint(path.dropFirst(), $0)?.text }
    guard !faults.isEmpty, faults.count == targets.count else { return nil }
    var texts: [String] = []
    for text in faults where !texts.contains(text) { texts.append(text) }
    return (texts.joined(separator: " "), true)
  }

  private mutating func follow(_ branches: [Branch], from rows: [(type: Int, row: Row)]) throws(SiteError) {
    let community = reader.community
    for branch in branches {
      var found: [(type: Int, row: Row)] = []
      var listed: Set<EntityUUID> = []
      for (_, row) in rows {
        for target in reader.targets(row, branch.name) where listed.insert(target.1.uuid).inserted {
          found.append(target)
        }
      }
      var order: [String] = []
      for entry in found where !order.contains(community.types[entry.type].entityType) {
        order.append(community.types[entry.type].entityType)
      }
      for name in order {
        var visible: [(type: Int, row: Row)] = []
        for entry in found where community.types[entry.type].entityType == name {
          let type = community.types[entry.type]
          let sight = reader.viewer.sight(of: entry.row, type, in: community)
          if sight == .whole || sight == .label {
            visible.append(entry)
            if known.insert(entry.row.uuid).inserted { self.rows.append(entry) }
          } else if known.insert(entry.row.uuid).inserted {
            let reason = if case .omitted(let reason) = sight { reason } else { "" }
            omitted.append(Omission(reader.url(of: entry.row, type), reason))
          }
        }
        if !branch.inner.isEmpty { try follow(branch.inner, from: visible) }
      }
    }
  }
}
