import JSONAPI

/// Requests that change something, ask for tokens or for parts of files: right ones with values replaced, moved or left out, and
/// with extremes in their headers.
struct FuzzWrites {
  /// A request.
  struct Request {
    var method: String
    var target: String
    var fields: [String: String?]
    var body: [UInt8]
  }

  /// Bodies that are right but for what is done to them, with where they go.
  private let bodies: [(method: String, target: String, body: JSON)]
  private let paths: [String]
  private let resources: [String]

  /// - Parameters:
  ///   - documents: resource objects as the API shows them, with their collections' paths.
  init(_ documents: [(path: String, resource: JSON)]) {
    var bodies: [(method: String, target: String, body: JSON)] = []
    for (path, resource) in documents {
      guard let type = resource["type"], let id = resource["id"]?.string else { continue }
      let attributes = resource["attributes"] ?? [:]
      var relationships = JSONObject()
      for member in resource["relationships"]?.object?.members ?? [] {
        guard let data = member.value["data"] else { continue }
        relationships[member.name] = ["data": data]
        for method in ["POST", "PATCH", "DELETE"] {
          bodies.append((method, "\(path)/\(id)/relationships/\(member.name)", ["data": data]))
        }
      }
      let update: JSON = [
        "type": type, "id": .string(id), "attributes": attributes, "relationships": .object(relationships),
      ]
      bodies.append(("PATCH", "\(path)/\(id)", ["data": update]))
      let title: JSON = ["title": "Fuzzed", "name": "Fuzzed", "label": "Fuzzed"]
      bodies.append(
        ("POST", path, ["data": ["type": type, "attributes": title, "relationships": .object(relationships)]]))
      bodies.append(("POST", path, ["data": update]))
    }
    self.bodies = bodies
    paths = documents.map(\.path)
    resources = documents.map { "\($0.path)/\($0.resource["id"]?.string ?? "")" }
  }

  func request(_ random: inout SplitMix) -> Request {
    switch random.next(of: 6) {
    case 0: return token(&random)
    case 1: return upload(&random)
    case 2:
      let name = random.pick([
        "Range", "If-Range", "If-Modified-Since", "Prefer", "Content-Type", "If-None-Match", "Authorization",
      ])
      return Request(
        method: random.pick(["GET", "HEAD", "PATCH"]), target: random.pick(resources + ["/sites/default/files/a.png"]),
        fields: [name: header(&random)], body: [])
    default: return write(&random)
    }
  }

  private func write(_ random: inout SplitMix) -> Request {
    let chosen = random.pick(bodies)
    var body = chosen.body
    for _ in 0...random.next(of: 3) { body = changed(body, &random) }
    var bytes = body.encoded(random.pick([.plain, .site]))
    if random.next(of: 8) == 0, !bytes.isEmpty {
      let at = random.next(of: bytes.count)
      switch random.next(of: 3) {
      case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next(of: 256))
      case 1: bytes.removeSubrange(at...)
      default: bytes.insert(contentsOf: bytes[at..<min(at + 20, bytes.count)], at: at)
      }
    }
    var fields: [String: String?] = ["Content-Type": "application/vnd.api+json"]
    if random.next(of: 10) == 0 { fields[random.pick(["Content-Type", "Prefer", "Authorization"])] = header(&random) }
    if random.next(of: 20) == 0 { fields["Authorization"] = .some(nil) }
    return Request(method: chosen.method, target: chosen.target, fields: fields, body: bytes)
  }

  /// One value somewhere in a document replaced, left out or doubled.
  private func changed(_ document: JSON, _ random: inout SplitMix) -> JSON {
    switch document {
    case .object(let object) where !object.isEmpty && random.next(of: 8) > 0:
      let member = random.pick(object.members)
      var object = object
      switch random.next(of: 12) {
      case 0: object[member.name] = nil
      case 1: object[member.name + "x"] = member.value
      default: object[member.name] = changed(member.value, &random)
      }
      return .object(object)
    case .array(let elements) where !elements.isEmpty && random.next(of: 4) > 0:
      let at = random.next(of: elements.count)
      var elements = elements
      switch random.next(of: 4) {
      case 0: elements.remove(at: at)
      case 1: elements.append(elements[at])
      default: elements[at] = changed(elements[at], &random)
      }
      return .array(elements)
    default: return random.pick(Extremes.values)
    }
  }

  private func header(_ random: inout SplitMix) -> String {
    let text = random.pick(Extremes.texts).filter { $0 >= " " }
    return random.pick(["", "bytes=", "bytes=0-", "bytes=-", "wait=", "Bearer ", "Basic ", "filename=\"", "W/\""])
      + text
      + random.pick(["", "-", "-\(text)", "\"", ",\(text)", ";q=\(text)"])
  }

  private func token(_ random: inout SplitMix) -> Request {
    var form = [
      "grant_type": random.pick(["password", "client_credentials", "refresh_token", "implicit"]),
      "client_id": "reports",
      "client_secret": "client secret", "username": "ann", "password": "her password",
    ]
    for _ in 0...random.next(of: 2) {
      let name = random.pick(form.keys.sorted() + ["scope", "refresh_token", ""])
      form[name] = random.next(of: 4) == 0 ? nil : random.pick(Extremes.texts)
    }
    let media = random.pick(
      [
        "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "application/json",
        "multipart/form-data",
      ])
    let pairs = form.sorted { $0.key < $1.key }
    let body =
      media.hasSuffix("=b")
      ? pairs.map { "--b\r\nContent-Disposition: form-data; name=\"\($0.key)\"\r\n\r\n\($0.value)\r\n" }.joined()
        + "--b--\r\n"
      : pairs.map { "\($0.key)=\(PercentCoding.encoded($0.value))" }.joined(separator: "&")
    let fields: [String: String?] = [
      "Content-Type": media, "Authorization": random.next(of: 4) == 0 ? header(&random) : nil,
    ]
    return Request(method: "POST", target: "/oauth/token", fields: fields, body: Array(body.utf8))
  }

  private func upload(_ random: inout SplitMix) -> Request {
    let field = random.pick(["field_topic_image", "field_topic_files", "user_picture", "uid", "x"])
    let target = random.next(of: 2) == 0 ? "\(random.pick(paths))/\(field)" : "\(random.pick(resources))/\(field)"
    return Request(
      method: "POST", target: target,
      fields: [
        "Content-Type": random.pick(["application/octet-stream", "application/octet-stream", header(&random)]),
        "Content-Disposition": random.pick([
          "file; filename=\"a.png\"", "file; filename=\"\(header(&random))\"", header(&random),
        ]),
      ], body: Array("content \(random.next(of: 4))".utf8))
  }
}
