/// Where a path leads (reference 1.2).
enum Route: Sendable, Equatable {
  case entryPoint
  case collection(Int)
  case individual(Int, String)
  case related(Int, String, String)
  case relationship(Int, String, String)
  case token
  case userinfo
  /// The contents of a file.
  case file(FileAddress)
  case nowhere

  init(_ path: String, types: [ResourceType]) {
    // Paths of the API are compared without regard to case, those of files as they are.
    let folded = Route.own(path).lowercased()
    let parts = folded.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
    if folded == "/oauth/token" {
      self = .token
    } else if folded == "/oauth/userinfo" {
      self = .userinfo
    } else if parts.first != "jsonapi" {
      self = FileAddress(path).map(Route.file) ?? .nowhere
    } else if parts.count == 1 {
      self = .entryPoint
    } else if parts.count > 2,
      let type = types.firstIndex(where: { $0.entityType == parts[1] && $0.bundle == parts[2] })
    {
      switch parts.count {
      case 3: self = .collection(type)
      case 4: self = .individual(type, parts[3])
      case 5: self = .related(type, parts[3], parts[4])
      case 6 where parts[4] == "relationships": self = .relationship(type, parts[3], parts[5])
      default: self = .nowhere
      }
    } else {
      self = .nowhere
    }
  }

  /// The methods of the path, as in `Allow`, in the order of the names of its routes; HEAD goes with GET. Upload routes take
  /// any name. None where the type has no such relationship.
  func methods(_ types: [ResourceType]) -> [String] {
    switch self {
    case .entryPoint: ["GET", "HEAD"]
    case .collection: ["GET", "HEAD", "POST"]
    case .individual(let type, _):
      (types[type].hasFileField ? ["POST"] : []) + ["GET", "HEAD", "DELETE", "PATCH"]
    case .related(let type, _, let name):
      (types[type].isRelated(name) ? ["GET", "HEAD"] : []) + (types[type].hasFileField ? ["POST"] : [])
    case .relationship(let type, _, let name):
      types[type].relationshipNames.contains(name) ? ["DELETE", "GET", "HEAD", "PATCH", "POST"] : []
    case .token: ["POST"]
    case .userinfo: ["GET", "HEAD", "POST"]
    case .nowhere, .file: []
    }
  }

  /// A path without front controller and without a slash at its end: the site takes both for nothing.
  static func own(_ path: String) -> String {
    var path = Substring(path)
    if path.hasPrefix("/index.php/") { path = path.dropFirst("/index.php".count) }
    if path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
    return String(path)
  }
}
