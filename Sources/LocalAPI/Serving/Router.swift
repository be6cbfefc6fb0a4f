import Foundation
import HTTPTypes
import Hummingbird
import JSONAPI
import Store
import TokenIssuer

extension LocalAPIResponder {
  /// Where a request leads.
  struct Place {
    var uri: RequestURI
    var base: DocumentBase
    var route: Route
    var spelling: Spelling
  }

  /// - Throws: `Unplaced` for a request without a place.
  private func place(of request: RequestHead) throws -> Place {
    let paths = try facts.facts().paths
    guard let base = bases.base(of: request, place: paths.place) else {
      throw Unplaced(title: "Bad request", status: 400)
    }
    let target = LocalAPIResponder.origin(request.path ?? "/")
    guard !Spelling.isMalformed(target) else { throw Unplaced(title: "Bad request", status: 400) }
    guard target.utf8.count <= LocalAPIResponder.longestTarget else {
      throw Unplaced(title: "Request-URI Too Large", status: 414)
    }
    // No route is as long, and to compare one takes time by its length.
    guard target.utf8.prefix(while: { $0 != UInt8(ascii: "?") }).count <= LocalAPIResponder.longestPath else {
      throw Unplaced(title: "Page not found", status: 404)
    }
    let uri = RequestURI(base: String(base.text.dropLast(paths.place.count)), target: target)
    if let path = Spelling.withoutEmptyParts(uri.path) {
      throw Unplaced(location: uri.base + path + (uri.query.uriQuery.isEmpty ? "" : "?\(uri.query.uriQuery)"))
    }
    let spelling = Spelling(target)
    return Place(uri: uri, base: base, route: Route(Route.decoded(spelling.path), paths), spelling: spelling)
  }

  struct Unplaced: Error {
    var answer: Answer

    init(title: String, status: Int) { answer = Answer(page: title, status: status) }
    /// A path with empty parts: the site answers so before it looks for anything.
    init(location: String) { answer = Answer(movedTo: location, status: 302) }
  }

  /// Answers a read, and whatever is refused without looking further.
  func answer(_ request: RequestHead, _ caller: Caller) throws -> Answer {
    let place: Place
    do { place = try self.place(of: request) } catch let unplaced as Unplaced { return unplaced.answer }
    switch place.route {
    case .unknown: return try file(place.uri, request, caller) ?? Answer(page: "Page not found", status: 404)
    case .moved(let path): return try moved(path, request, place.uri)
    case .token: return request.method == .options ? Answer(allowing: ["POST"]) : LocalAPIResponder.onlyPOST
    case .keys, .userInfo: return try identity(place, request, caller)
    default: return try resource(place, request, caller)
    }
  }

  /// Answers a request that may change something.
  func change(_ request: Request, _ caller: Caller, _ presence: ClientPresence?) async throws -> Answer {
    let place: Place
    let head = RequestHead(request.head)
    // Web servers refuse these before the site sees them.
    if request.method == .trace || request.method == .connect { return Answer(page: "Not allowed", status: 405) }
    do { place = try self.place(of: head) } catch let unplaced as Unplaced { return unplaced.answer }
    switch place.route {
    case .unknown, .moved, .keys, .userInfo: return try answer(head, caller)
    case .token: return request.method == .post ? try await token(request) : LocalAPIResponder.onlyPOST
    default:
      if let failure = caller.failure { return LocalAPIResponder.refused(failure) }
      guard let route = try known(place.route) else { return Answer(page: "Page not found", status: 404) }
      return try await write(route, request, place.uri, place.base, caller.token, presence)
    }
  }

  /// The content of a file; nil when the path is none's.
  private func file(_ uri: RequestURI, _ request: RequestHead, _ caller: Caller) throws -> Answer? {
    guard let content = try files.content(uri.path) else { return nil }
    guard request.method == .get || request.method == .head else {
      var answer = Answer(page: "Method not allowed", status: 405)
      answer.fields[.allow] = "GET, HEAD"
      return answer
    }
    if !content.isPublic, let refusal = LocalAPIResponder.refusal(of: caller, uri) { return refusal }
    return files.answer(content, request)
  }

  /// A target in absolute-form is taken for its path and query (RFC 9112 section 3.2.2).
  private static func origin(_ target: String) -> String {
    let target = target.utf8.firstIndex(of: UInt8(ascii: "#")).map { String(target[..<$0]) } ?? target
    guard target.utf8.first != UInt8(ascii: "/"), let scheme = target.range(of: "://") else { return target }
    return target[scheme.upperBound...].firstIndex(of: "/").map { String(target[$0...]) } ?? "/"
  }

  /// 301 where the path leads to a route without the slashes that are too many; the query stays.
  private func moved(_ path: String, _ request: RequestHead, _ uri: RequestURI) throws -> Answer {
    let isRead = request.method == .get || request.method == .head
    guard isRead, try exists(Route(path, facts.facts().paths)) else {
      return Answer(page: "Page not found", status: 404)
    }
    let query = uri.query.uriQuery
    return Answer(movedTo: uri.base + path + (query.isEmpty ? "" : "?\(query)"))
  }

  /// Reads of the JSON:API routes.
  private func resource(_ place: Place, _ request: RequestHead, _ caller: Caller) throws -> Answer {
    let (route, uri) = (place.route, place.uri)
    if request.method == .options {
      let methods = try known(route) == nil ? [] : answers.methods(of: route)
      guard !methods.isEmpty else { return Answer(page: "Page not found", status: 404) }
      return Answer(allowing: methods.filter { $0 != "HEAD" })
    }
    if let failure = caller.failure { return LocalAPIResponder.refused(failure) }
    if route != .entryPoint, let refusal = LocalAPIResponder.refusal(of: caller, uri) { return refusal }
    do {
      for reading in route.readings {
        var read = ReadRequest(
          uri: uri, base: place.base, isCollection: { if case .collection = reading { true } else { false } }())
        read.method = request.method.rawValue
        read.precondition = Precondition(request.ifNoneMatch)
        read.location = place.spelling.moved(reading, base: uri.base)
        if let answer = try answer(reading, read, caller.token) { return answer }
      }
      return Answer(page: "Page not found", status: 404)
    } catch let moved as Moved {
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

  private func answer(_ route: Route, _ read: ReadRequest, _ caller: AccessToken?) throws -> Answer? {
    switch route {
    case .entryPoint: return try answers.entryPoint(read, me: caller.flatMap { try user(behind: $0) })
    case .collection(let path): return try answers.collection(read, path: path)
    case .individual(let collection, let id): return try answers.individual(read, collection: collection, id: id)
    case .related(let collection, let id, let field):
      return try answers.related(read, collection: collection, id: id, field: field)
    case .relationship(let collection, let id, let field):
      return try answers.relationship(read, collection: collection, id: id, field: field)
    case .token, .keys, .userInfo, .moved, .unknown: return nil
    }
  }

  /// The user whom a token stands for: the account's, else the one that synchronises.
  func user(behind token: AccessToken) throws -> String? {
    if let id = token.accountID, let uuid = try mirror.account(id)?.userUUID { return uuid }
    return try mirror.fact(.siteAccount)
  }

  /// The reading of a route whose type exists; nil when none does.
  private func known(_ route: Route) throws -> Route? {
    if route == .entryPoint { return route }
    return try answers.reader.single { snapshot in
      try route.readings.first { try $0.collectionPath.flatMap { try snapshot.type(path: $0) } != nil }
    }
  }

  private func exists(_ route: Route) throws -> Bool { try known(route) != nil }
}
