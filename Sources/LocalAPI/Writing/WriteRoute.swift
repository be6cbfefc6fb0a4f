import JSONAPI
import OpenSocial
import Store

/// A route that takes writes (reference 1.2, 5), with the collection's path.
enum WriteRoute: Equatable {
  case create(String)
  /// PATCH or DELETE of a resource.
  case change(String, id: String)
  case relationship(String, id: String, field: String)
  /// A file for a resource that does not exist yet.
  case upload(String, field: String)
  /// A file for a resource.
  case attach(String, id: String, field: String)

  /// What a path and a method lead to.
  enum Found: Equatable {
    case route(WriteRoute)
    /// 405, with the methods that there are.
    case otherMethods([String])
    /// A page: no route at all.
    case nothing
  }

  /// - Parameters:
  ///   - schema: the type's; nil while nothing is known of it.
  ///   - hasUploads: whether the type takes files.
  static func find(_ route: ResourceRoute, _ method: String, schema: TypeSchema?, hasUploads: Bool) -> Found {
    let methods = route.methods(schema: schema, hasUploads: hasUploads)
    switch (route, method) {
    case (.collection(let path), "POST"): return .route(.create(path))
    case (.individual(let path, let id), "PATCH"), (.individual(let path, let id), "DELETE"):
      return .route(.change(path, id: id))
    case (.individual(let path, let field), "POST") where hasUploads:
      return .route(.upload(path, field: field.lowercased()))
    case (.related(let path, let id, let field), "POST") where hasUploads:
      return .route(.attach(path, id: id, field: field))
    case (.relationship(let path, let id, let field), _) where methods.contains(method):
      return .route(.relationship(path, id: id, field: field))
    default: return methods.isEmpty ? .nothing : .otherMethods(methods)
    }
  }

  var path: String {
    switch self {
    case .create(let path), .change(let path, _), .relationship(let path, _, _), .upload(let path, _),
      .attach(let path, _, _):
      path
    }
  }

  /// What stands where the UUID should; nil for routes of no resource.
  var id: String? {
    switch self {
    case .create, .upload: nil
    case .change(_, let id), .relationship(_, let id, _), .attach(_, let id, _): id
    }
  }

  /// The media type of bodies.
  var mediaType: String {
    switch self {
    case .create, .change, .relationship: "application/vnd.api+json"
    case .upload, .attach: "application/octet-stream"
    }
  }

  /// Whether bodies are documents, and no files.
  var takesDocument: Bool {
    switch self {
    case .create, .change, .relationship: true
    case .upload, .attach: false
    }
  }

  /// The most bytes of a body: documents are held in memory twice, files go to disk.
  func longestBody(_ limits: ServerLimits) -> Int {
    switch self {
    case .create, .change, .relationship: min(4 << 20, limits.bodyBytes)
    case .upload, .attach: limits.bodyBytes
    }
  }

  /// 415 for a body of another media type; parameters and letter case do not count. DELETE is not looked at (reference 1.2).
  func checkMediaType(_ given: String?, _ method: String, _ request: RequestURI) throws(ErrorResponse) {
    guard method != "DELETE" else { return }
    let given = given.flatMap { $0.isEmpty ? nil : $0.utf8.count > 1_024 ? "too long" : $0 }
    let essence = given?.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
    guard essence == mediaType else { throw .unsupportedMediaType(given, request: request) }
  }
}
