import HTTPTypes
import NIOHTTP1

/// Of a request's head, all that an answer to a read depends on.
struct RequestHead: Sendable, Equatable {
  var method: HTTPRequest.Method
  /// Path and query as they were sent; nil where the method has none.
  var path: String?
  /// The host that the client used, with its port.
  var authority: String?
  var authorization: String?
  var acceptEncoding: String?
  var ifNoneMatch: String?
  private var rest = Rest.nothing

  /// What few requests have.
  private struct Seldom: Sendable, Equatable {
    var scheme: String?
    var cookie: String?
    var ifModifiedSince: String?
    var ifRange: String?
    var range: String?
    var origin: String?
    var requestedMethod: String?
  }

  /// Behind one reference, as heads are copied on their way: of most requests, that copies nothing.
  private indirect enum Rest: Sendable, Equatable {
    case nothing
    case fields(Seldom)
  }

  private var seldom: Seldom? { if case .fields(let seldom) = rest { seldom } else { nil } }

  /// The scheme that the client used, where a trusted proxy names it.
  var scheme: String? { seldom?.scheme }
  /// All that the browser sent, as one list.
  var cookie: String? { seldom?.cookie }
  var ifModifiedSince: String? { seldom?.ifModifiedSince }
  var ifRange: String? { seldom?.ifRange }
  var range: String? { seldom?.range }
  /// Which site's script asks (the Fetch standard, section 3.2).
  var origin: String? { seldom?.origin }
  /// The method that a script is about to use, in a request that asks for leave (the Fetch standard, section 3.2.2).
  var requestedMethod: String? { seldom?.requestedMethod }

  /// The head of any request.
  /// - Parameter peer: who sent it; what proxies write counts where it is one that is trusted.
  init(_ request: HTTPRequest, from peer: Peer? = nil) {
    (method, path, authority) = (request.method, request.path, request.authority)
    for field in request.headerFields { note(field.name.canonicalName, field.value) }
    if peer?.isTrusted == true { take(ForwardedFields(of: request)) }
  }

  /// The request line of a read as most clients send it; nil for other methods, older versions, and targets in other forms. `takes` is
  /// to be told of the fields.
  init?(lineOf head: HTTPRequestHead) {
    switch head.method {
    case .GET: method = .get
    case .HEAD: method = .head
    case .OPTIONS: method = .options
    default: return nil
    }
    guard head.version == .http1_1, head.uri.utf8.first == UInt8(ascii: "/") else { return nil }
    path = head.uri
  }

  /// Takes note of a field of a read.
  /// - Returns: false where most clients send none such: a second host, a connection that is to be closed or upgraded.
  mutating func takes(_ name: String, _ value: String) -> Bool {
    switch name.utf8.count {
    case 4 where name.isField("host"):
      guard authority == nil else { return false }
      authority = value
    case 10 where name.isField("connection"): return value.lowercased() == "keep-alive"
    default: note(name, value)
    }
    return true
  }

  /// Takes a trusted proxy's word on how the client came to it.
  mutating func take(_ forwarded: ForwardedFields) {
    if let host = forwarded.host { authority = host }
    guard let scheme = forwarded.scheme else { return }
    var fields = seldom ?? Seldom()
    fields.scheme = scheme
    rest = .fields(fields)
  }

  /// Takes note of a field. Several of one name are one list (RFC 9110 section 5.3).
  private mutating func note(_ name: String, _ value: String) {
    func add(to list: inout String?) { list = list.map { "\($0), \(value)" } ?? value }
    switch name.utf8.count {
    case 13 where name.isField("authorization"): add(to: &authorization)
    case 13 where name.isField("if-none-match"): add(to: &ifNoneMatch)
    case 15 where name.isField("accept-encoding"): add(to: &acceptEncoding)
    default: noteSeldom(name, value)
    }
  }

  private mutating func noteSeldom(_ name: String, _ value: String) {
    func add(to list: inout String?) { list = list.map { "\($0), \(value)" } ?? value }
    var fields = seldom ?? Seldom()
    switch name.utf8.count {
    case 5 where name.isField("range"): add(to: &fields.range)
    case 6 where name.isField("cookie"): fields.cookie = fields.cookie.map { "\($0); \(value)" } ?? value
    case 6 where name.isField("origin"): add(to: &fields.origin)
    case 8 where name.isField("if-range"): add(to: &fields.ifRange)
    case 17 where name.isField("if-modified-since"): add(to: &fields.ifModifiedSince)
    case 29 where name.isField("access-control-request-method"): add(to: &fields.requestedMethod)
    default: return
    }
    rest = .fields(fields)
  }
}

extension ForwardedFields {
  /// What proxies wrote of a request.
  init(of request: HTTPRequest) {
    self.init()
    for field in request.headerFields { note(field.name.canonicalName, field.value) }
  }
}

extension String {
  /// Whether it is the name of this field, which is given in lower case.
  func isField(_ name: StaticString) -> Bool {
    guard utf8.count == name.utf8CodeUnitCount else { return false }
    var own = self
    return own.withUTF8 { own in
      name.withUTF8Buffer { name in own.elementsEqual(name) { $0 | 0x20 == $1 } }
    }
  }
}
