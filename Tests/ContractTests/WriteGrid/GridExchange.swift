import JSONAPI

/// One error of an answer, as excuses look at it.
struct GridError: Sendable, Hashable, CustomStringConvertible {
  var detail: String
  var pointer: String
  var description: String { pointer.isEmpty ? detail : "\(detail) @\(pointer)" }
}

/// One write and both answers.
struct GridExchange: Sendable, CustomStringConvertible {
  let written: WriteCase
  let site: Given
  let local: Given
  /// What the two say, where they refuse.
  let siteSays: [GridError]
  let localSays: [GridError]

  init(_ written: WriteCase, site: Given, local: Given) {
    (self.written, self.site, self.local) = (written, site, local)
    (siteSays, localSays) = (GridExchange.errors(site), GridExchange.errors(local))
  }

  private static func errors(_ given: Given) -> [GridError] {
    guard given.status >= 400, let document = try? JSON(parsing: given.body) else { return [] }
    return (document["errors"]?.array ?? []).map { error in
      GridError(detail: error["detail"]?.string ?? "", pointer: error["source"]?["pointer"]?.string ?? "")
    }
  }

  private static func words(_ given: Given, _ says: [GridError]) -> String {
    let text =
      says.isEmpty
      ? String(decoding: given.body.prefix(400), as: UTF8.self) : says.map(\.description).joined(separator: " | ")
    return "\(given.status) \(text)"
  }

  var description: String {
    """
    \(written)
        site  \(GridExchange.words(site, siteSays))
        local \(GridExchange.words(local, localSays))
    """
  }
}

/// What an excuse asks of a request.
extension WriteCase {
  private var data: JSON? { (try? JSON(parsing: body))?["data"] }

  /// The names of the attributes and relationships that the body sets.
  var sentMembers: Set<String> {
    let data = self.data
    return Set(
      (data?["attributes"]?.object?.names ?? []) + (data?["relationships"]?.object?.names ?? [])
        + [relationship ?? attached].compactMap(\.self))
  }

  /// The path's parts behind `/jsonapi`: entity type, bundle, id and so on.
  private var parts: [String] { target.prefix { $0 != "?" }.split(separator: "/").dropFirst().map(String.init) }

  /// The type whose collection the path leads to.
  var type: String { parts.prefix(2).joined(separator: "--") }

  /// The id of the resource that is written, in lower case; empty for one that the client does not name.
  var resource: String {
    (parts.count > 2 && !isUploadOfNone ? parts[2] : data?["id"]?.string ?? "").lowercased()
  }
  private var isUploadOfNone: Bool { name.hasPrefix("upload ") && parts.count == 3 }

  /// The relationship whose route the path is; nil for other routes.
  var relationship: String? { parts.count == 5 && parts[3] == "relationships" ? parts[4] : nil }

  /// The field to which a file is attached; nil for other writes.
  var attached: String? { name.hasPrefix("upload attached ") && parts.count == 4 ? parts[3] : nil }

  /// Whether the client left the new resource's id to the server.
  var leavesID: Bool { data?["id"]?.string == nil }
}
