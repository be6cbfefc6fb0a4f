import OpenSocial

/// What can be asked of a route of a type (reference 1.2).
struct Operation: Sendable {
  /// What it does.
  enum Action: Sendable {
    case list, create, view, remove, update
    /// The resources that a relationship leads to.
    case related(FieldDescription)
    case readLinkage(FieldDescription)
    case addLinkage(FieldDescription)
    case replaceLinkage(FieldDescription)
    case removeLinkage(FieldDescription)
    /// A file for a resource that is made later.
    case upload
    /// A file that a resource gets.
    case attach
  }

  let method: String
  let action: Action
  let type: DescribedType

  /// Whether it is about one resource, which the path names.
  var hasResource: Bool {
    switch action {
    case .list, .create, .upload: false
    default: true
    }
  }

  /// Whether it changes something.
  var isWrite: Bool { method != "get" }

  /// A name that no other operation of the API has.
  /// - Parameter field: of an upload, where the path names it.
  func identifier(field: String? = nil) -> String {
    let of = field.map { ".\($0)" } ?? ""
    let rest =
      switch action {
      case .list: "list"
      case .create: "create"
      case .view: "view"
      case .remove: "remove"
      case .update: "update"
      case .related(let field): "\(field.name).related"
      case .readLinkage(let field): "\(field.name).relationship"
      case .addLinkage(let field): "\(field.name).relationship.add"
      case .replaceLinkage(let field): "\(field.name).relationship.replace"
      case .removeLinkage(let field): "\(field.name).relationship.remove"
      case .upload: "file\(of).upload"
      case .attach: "file\(of).attach"
      }
    return "\(type.name).\(rest)"
  }

  /// As the site sums it up, in plain words.
  var summary: String {
    switch action {
    case .list: "List (\(type.label))"
    case .create: "Create (\(type.label))"
    case .view: "View (\(type.label))"
    case .remove: "Remove (\(type.label))"
    case .update: "Update (\(type.label))"
    case .related(let field): "Related: \(field.name)"
    case .readLinkage(let field), .addLinkage(let field), .replaceLinkage(let field), .removeLinkage(let field):
      "Relationship: \(field.name)"
    case .upload, .attach: "File upload (\(type.label))"
    }
  }

  /// What a developer has to know of it.
  var details: String {
    switch action {
    case .list: "A page of the collection: up to 50 resources, those that the filter keeps, in the order of `sort`."
    case .create:
      "Records a new resource: it is there at once, and goes to the site as soon as that is reached. With `Prefer: wait=10` the answer "
        + "waits that many seconds for the site and is the site's own where it came in time."
    case .view: "One resource. Its `ETag` makes asking again cheap: 304 while nothing has changed."
    case .remove: "Records that the resource is to be removed. The site blocks accounts instead of removing them."
    case .update: "Records a change of those attributes and relationships that are sent; all others stay."
    case .related(let field): "The resources that `\(field.name)` leads to, whole."
    case .readLinkage(let field): "What `\(field.name)` leads to, as identifiers."
    case .addLinkage(let field): "Adds to `\(field.name)`; a relationship to one cannot be added to."
    case .replaceLinkage(let field): "Gives `\(field.name)` what is sent in the place of what it has."
    case .removeLinkage(let field): "Takes what is sent out of `\(field.name)`."
    case .upload:
      "Uploads a file for a resource that is made later: the body is the file's content, its name stands in `Content-Disposition`."
    case .attach:
      "Uploads a file and gives it to the resource: the body is the file's content, its name stands in `Content-Disposition`."
    }
  }
}

/// A path of a type, and what can be asked there.
struct DescribedRoute: Sendable {
  /// What stands behind the collection's path, with templates: `/{entity}/uid`.
  let rest: String
  let operations: [Operation]
  /// By what the site orders routes.
  let name: String
}

extension DescribedType {
  /// The routes of the type in the site's order, which is that of their names in its database, where letter case does not count.
  var routes: [DescribedRoute] {
    func operation(_ method: String, _ action: Operation.Action) -> Operation {
      Operation(method: method, action: action, type: self)
    }
    var routes = [
      DescribedRoute(
        rest: "", operations: [operation("get", .list), operation("post", .create)], name: "collection"),
      DescribedRoute(
        rest: "/{entity}",
        operations: [operation("get", .view), operation("delete", .remove), operation("patch", .update)],
        name: "individual"),
    ]
    if !uploads.isEmpty {
      routes.append(
        DescribedRoute(
          rest: "/{entity}/{file_field_name}", operations: [operation("post", .attach)], name: "file_upload.existing"))
      routes.append(
        DescribedRoute(rest: "/{file_field_name}", operations: [operation("post", .upload)], name: "file_upload.new"))
    }
    for field in relationships {
      if field.leads(toOneOf: served) {
        routes.append(
          DescribedRoute(
            rest: "/{entity}/\(field.name)", operations: [operation("get", .related(field))],
            name: "\(field.name).related"))
      }
      routes.append(
        DescribedRoute(
          rest: "/{entity}/relationships/\(field.name)",
          operations: [
            operation("delete", .removeLinkage(field)), operation("get", .readLinkage(field)),
            operation("patch", .replaceLinkage(field)), operation("post", .addLinkage(field)),
          ], name: "\(field.name).relationship"))
    }
    return routes.sorted { DescribedRoute.order($0.name).lexicographicallyPrecedes(DescribedRoute.order($1.name)) }
  }
}

extension DescribedType {
  /// The types that a relationship may lead to, where that is known: as the site describes it, or as core fixes it.
  func declaredTargets(of field: FieldDescription) -> [String] {
    let described = field.learned?.describedTargets ?? []
    // What core fixes may be a type that nobody is shown.
    return described.isEmpty ? field.fixedTargets(in: name).filter(served.contains) : described
  }

  /// The types that a relationship leads to: these, and those that were seen.
  func targets(of field: FieldDescription) -> [String] {
    var targets = declaredTargets(of: field)
    for target in field.learned?.targets ?? [] where !targets.contains(target) { targets.append(target) }
    return targets
  }
}

extension DescribedRoute {
  /// A name as the site's database compares it: capitals, so that an underscore stands behind all letters.
  static func order(_ name: String) -> [UInt8] { name.utf8.map { (0x61...0x7A).contains($0) ? $0 & 0xDF : $0 } }
}

extension FieldDescription {
  /// Whether there is a route to the resources that a relationship leads to: not where all of them are of types that nobody is shown.
  func leads(toOneOf served: Set<String>) -> Bool {
    guard !(learned?.isInternal ?? false) else { return false }
    let known = (learned?.describedTargets ?? []) + (learned?.targets ?? [])
    return known.isEmpty || known.contains { served.contains($0) }
  }
}
