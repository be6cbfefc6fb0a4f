import HTTPTypes
import JSONAPI
import Store

/// A read of the local API: the URI it came with and what stands behind its query.
///
/// The site complains about the query only after it found the route and the resource, so the complaint is kept until then.
struct ReadRequest {
  var uri: RequestURI
  var base: DocumentBase
  /// What is shown of it, to this caller.
  let sight: Sight
  /// GET or HEAD.
  var method = "GET"
  /// What the client has already.
  var precondition = Precondition.none
  /// Nil when there is no query at all, the common case; of a bad one, what stands before the fault.
  private(set) var parameters: QueryParameters?
  /// How many targets of relationships may be looked at for `include`.
  private(set) var mostTargets = Int.max
  /// Where the answer's resource objects are told; nil where nobody compresses it.
  private(set) var pieces: AnswerPieces?
  /// Where the site sends who reads this, once it found the route and the resource; nil where it answers.
  var location: String?
  private var complaint: QueryComplaint?
  /// Where not all members of all types are shown.
  private var members: MembersByType?

  /// What was found out of the members that are shown: every row of an answer asks.
  private final class MembersByType {
    var known: [Int64: SparseFields?] = [:]
  }

  /// A read as it was asked for.
  /// - Parameter route: one of the route's readings; nil for the entry point.
  init(_ asked: Asked, as route: ResourceRoute?) {
    (uri, base, sight) = (asked.uri, asked.base, asked.viewer.sight)
    method = asked.head.method.rawValue
    precondition = Precondition(asked.head.ifNoneMatch)
    mostTargets = asked.mostTargets
    if asked.head.acceptEncoding != nil { pieces = AnswerPieces(base: base.text) }
    location = asked.spelling.moved(route, base: asked.uri.base)
    let isCollection = if case .collection? = route { true } else { false }
    readQuery(isCollection: isCollection)
  }

  /// Reads the query of a request.
  init(uri: RequestURI, base: DocumentBase, seeing sight: Sight, isCollection: Bool) {
    self.uri = uri
    self.base = base
    self.sight = sight
    readQuery(isCollection: isCollection)
  }

  private mutating func readQuery(isCollection: Bool) {
    defer { if !sight.isEverything || parameters?.fields.isEmpty == false { members = MembersByType() } }
    guard !uri.query.tree.isEmpty else { return }
    let read = QueryParameters.read(uri.query.tree, for: isCollection ? .collection : .resource)
    parameters = read.parameters
    complaint = read.complaint
  }

  /// The members of a type's resources that are shown; nil for all.
  func fields(of type: ServedType, _ snapshot: ReadSnapshot) throws -> SparseFields? {
    guard let members else { return nil }
    if let known = members.known[type.id] { return known }
    let fields = try snapshot.members(of: type, asked: parameters?.fields[type.name])
    members.known.updateValue(fields, forKey: type.id)
    return fields
  }

  /// - Throws: the complaint about `_format`: the site makes it while it looks for the route.
  func checkFormat() throws {
    if let complaint, complaint.error == .unsupportedFormat { throw complaint.error }
  }

  /// - Throws: `Moved` where the site spells the path otherwise: it says so when it found what is meant, before it looks at
  ///   parameters.
  func checkSpelling() throws {
    if let location { throw Moved(location: location) }
  }

  /// - Parameter stage: the last that the site has looked at by now.
  /// - Throws: the site's complaint about the query, when it is about one of the parameters up to there.
  func checkParameters(upTo stage: QueryComplaint.Stage = .fields) throws {
    if let complaint, complaint.stage <= stage { throw complaint.error }
  }

  /// - Throws: the site's complaint about the query of what includes nothing.
  func checkParametersWithoutInclude() throws {
    if let complaint, complaint.stage != .include { throw complaint.error }
  }

  /// The paths of the filter's conditions, of a bad filter too.
  var filterPaths: [(path: FieldPath, comparison: FilterOperator?)] {
    uri.query.tree["filter"]?.tree.map(Filter.paths) ?? []
  }

  /// Checks `resourceVersion` for a resource (reference 1.5). The mirror has the current revision only.
  /// - Parameter revision: the resource's; nil where the type has none.
  /// - Throws: the site's complaint, or 404 for another revision.
  func checkVersion(_ revision: Int64?) throws {
    try checkSpelling()
    guard let text = try version(isVersionable: revision != nil) else { return }
    if case .id(let id) = try ResourceVersion(text), id != revision {
      throw ErrorResponse(
        status: 404, detail: "The requested version, identified by `\(text)`, could not be found.", request: uri)
    }
  }

  /// Checks `resourceVersion` for a collection.
  func checkCollectionVersion(_ isVersionable: () throws -> Bool) throws {
    try checkSpelling()
    guard uri.query.tree["resourceVersion"] != nil, let text = try version(isVersionable: isVersionable()) else {
      return
    }
    try ResourceVersion.checkCollection(text, isFiltered: uri.query.tree["filter"] != nil)
  }

  private func version(isVersionable: Bool) throws -> String? {
    guard let node = uri.query.tree["resourceVersion"] else { return nil }
    guard isVersionable else { throw ErrorResponse.versionsNotSupported(uri) }
    guard let text = node.text else {
      throw QueryParameterError("Input value \"resourceVersion\" contains a non-scalar value.")
    }
    return text
  }
}

/// What is asked for stands under another spelling of the path.
struct Moved: Error {
  var location: String
}

extension Asked {
  /// Runs a read: what the site complains of, and what takes too long, is its answer.
  /// - Throws: what else `body` throws.
  func read(_ body: () throws -> Answer?) throws -> Answer? {
    do { return try body() } catch let moved as Moved {
      return Answer(movedTo: moved.location)
    } catch let error as QueryParameterError {
      return Answer(ErrorResponse(error, request: uri))
    } catch let error as ErrorResponse {
      return Answer(error)
    } catch let error as QueryOverdue {
      let detail = "\(error) Filter by fewer or other fields; what is asked often gets an index by itself."
      return Answer(ErrorResponse(status: 503, detail: detail, request: uri))
    }
  }
}
