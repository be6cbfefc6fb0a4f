import Foundation
import JSONAPI

/// The names and addresses of a site that has others than the recorded one: what comes in is led back to the recorded names,
/// what goes out is dressed in the site's own. It stands before everything else, so it combines with all other habits.
struct Disguise: Sendable {
  /// Where the site is on its host.
  private let place: String
  /// What stands before the prefix of the API: a language.
  private let language: String
  /// The prefix of the API.
  private let api: String
  /// Whether the usual addresses lead to the site's own.
  private let redirects: Bool
  /// Whether the usual addresses of the API work beside the site's own.
  private let takesPlain: Bool
  /// What links name in the place of the host that was asked.
  private let foreignBase: String?
  private let names: Renaming

  /// Nil for a site with none of these habits.
  init?(_ habits: Set<Habit>) {
    let mine: Set<Habit> = [
      .languagePrefix, .languageLinks, .apiPrefix, .apiRedirect, .subPath, .foreignHosts, .renamedTypes,
      .renamedFields, .group3,
    ]
    guard !habits.isDisjoint(with: mine) else { return nil }
    place = habits.contains(.subPath) ? "/community" : ""
    language = habits.contains(.languagePrefix) || habits.contains(.languageLinks) ? "/en" : ""
    api = habits.contains(.apiPrefix) || habits.contains(.apiRedirect) ? "/api" : "/jsonapi"
    redirects = habits.contains(.languagePrefix) || habits.contains(.apiRedirect)
    takesPlain = habits.contains(.languageLinks)
    foreignBase = habits.contains(.foreignHosts) ? "https://www.community.example" : nil
    names = Renaming(habits)
  }

  /// What becomes of a request.
  enum Arrival {
    case ask(SiteRequest)
    case answer(SiteResponse)
  }

  func arrival(of request: SiteRequest) -> Arrival {
    let (path, query) = request.target.split(at: "?")
    guard path.hasPrefix(place + "/") || path == place else { return .answer(.html(404, "Not Found")) }
    let below = String(path.dropFirst(place.count))
    var inner = request
    inner.base = (foreignBase ?? request.base) + place
    inner.body = names.inward(request.body)
    let isAPI: Bool
    if let rest = below.behind(language + api) {
      let plain = names.inwardPath(rest)
      guard names.outwardPath(plain) == rest.lowercased() || names.outwardPath(plain) == rest else {
        return .answer(.html(404, "Page not found"))
      }
      inner.target = "/jsonapi" + names.inwardFields(plain)
      isAPI = true
    } else if let rest = below.behind(api) ?? below.behind("/jsonapi"), language + api != "/jsonapi" {
      let isPlain = below.behind(api) != nil && takesPlain
      if isPlain {
        inner.target = "/jsonapi" + names.inwardPath(rest)
        isAPI = true
      } else if redirects, request.method == "GET" || request.method == "HEAD" {
        let target = request.base + place + language + api + rest + (query.isEmpty ? "" : "?" + query)
        return .answer(
          SiteResponse(
            301, [("content-type", "text/html; charset=utf-8"), ("location", target)], body: RedirectPage.body(target)))
      } else {
        return .answer(.html(404, "Page not found"))
      }
    } else {
      inner.target = below.isEmpty ? "/" : below
      isAPI = false
    }
    let words = isAPI ? names.inwardQuery(query) : query
    if !words.isEmpty { inner.target += "?" + words }
    return .ask(inner)
  }

  /// Gives an answer the site's own names.
  func dress(_ response: inout SiteResponse, to inner: SiteRequest) {
    let base = inner.base
    for index in response.headers.indices where ["location", "link"].contains(response.headers[index].0) {
      let text = names.outward(Array(response.headers[index].1.utf8))
      response.headers[index].1 = String(decoding: text, as: UTF8.self)
        .replacing(base + "/jsonapi", with: base + language + api)
    }
    guard
      response.header("content-type")?.hasPrefix(SiteResponse.mediaType) == true
        || response.header("content-type")?.hasPrefix("application/json") == true
    else { return }
    var escaped: [UInt8] = []
    JSON.encodeContent(base, into: &escaped, .site)
    var body = names.outward(response.body)
    var prefix: [UInt8] = []
    JSON.encodeContent(language + api, into: &prefix, .site)
    if language + api != "/jsonapi" {
      body = body.replacing(escaped + #"\/jsonapi"#.utf8, with: escaped + prefix)
    }
    if api != "/jsonapi" {
      body = body.replacing(Array(#"\u0022\/jsonapi"#.utf8), with: Array((#"\u0022\"# + api).utf8))
    }
    if !place.isEmpty {
      let own = Array((#""\"# + place).utf8)
      for folder in [#"\/sites\/"#, #"\/system\/files"#] {
        body = body.replacing(Array((#"""# + folder).utf8), with: own + folder.utf8)
      }
    }
    response.body = body
  }
}

/// Types and fields by other names.
private struct Renaming: Sendable {
  private struct Pair: Sendable {
    var inner: [UInt8]
    var outer: [UInt8]
  }
  /// What stands for what in answers, the longest first where one is part of another.
  private var pairs: [Pair] = []
  /// The other way round, for bodies of requests.
  private var bodies: [Pair] = []
  private var words: [String: String] = [:]
  /// Paths below the API's prefix.
  private var paths: [(inner: String, outer: String)] = []

  init(_ habits: Set<Habit>) {
    if habits.contains(.renamedTypes) {
      for type in Renaming.types {
        token(type.inner, type.outer)
        path("/" + type.inner.replacing("--", with: "/"), type.path)
      }
    }
    if habits.contains(.group3) {
      token("group_content--", "group_relationship--")
      token("group_content_type", "group_relationship_type")
      words["group_relationship_type"] = "group_content_type"
      path("/group_content", "/group_relationship")
    }
    if habits.contains(.renamedFields) {
      for (inner, outer) in Renaming.fields {
        pairs.append(Pair(inner: Array("\"\(inner)\":".utf8), outer: Array("\"\(outer)\":".utf8)))
        pairs.append(Pair(inner: Array("`\(inner)`".utf8), outer: Array("`\(outer)`".utf8)))
        bodies.append(Pair(inner: Array("\"\(inner)__gone\":".utf8), outer: Array("\"\(inner)\":".utf8)))
        bodies.append(Pair(inner: Array("\"\(inner)\":".utf8), outer: Array("\"\(outer)\":".utf8)))
        // What the field was called is no field of this site.
        words[inner] = inner + "__gone"
        words[outer] = inner
      }
    }
  }

  private static let types: [(inner: String, outer: String, path: String)] = [
    // Nothing tells what this is but the values of its resources or the site's description.
    ("node--topic", "topics", "/topics"),
    // The path tells.
    ("node--event", "event", "/node/event"),
    ("comment--post_comment", "content--reply", "/comment/post_comment"),
    ("user--user", "people", "/people"),
    ("file--file", "uploads", "/uploads"),
    ("taxonomy_term--topic_types", "topic-types", "/topic-types"),
  ]

  private static let fields = [
    ("changed", "edited_on"), ("created", "posted_on"), ("drupal_internal__nid", "nid"),
    ("drupal_internal__tid", "tid"),
    ("drupal_internal__cid", "comment_number"), ("drupal_internal__uid", "account_number"),
    ("drupal_internal__id", "internal_id"), ("drupal_internal__profile_id", "profile_number"),
    ("drupal_internal__vid", "vid_number"), ("drupal_internal__revision_id", "revision_number"),
  ]

  private mutating func token(_ inner: String, _ outer: String) {
    pairs.append(Pair(inner: Array(inner.utf8), outer: Array(outer.utf8)))
    bodies.append(Pair(inner: Array(("\"" + inner).utf8), outer: Array(("\"" + outer).utf8)))
    if !inner.hasSuffix("-") { words[outer] = inner }
  }

  private mutating func path(_ inner: String, _ outer: String) {
    paths.append((inner, outer))
    for (from, to) in [(inner, outer), (inner.replacing("/", with: #"\/"#), outer.replacing("/", with: #"\/"#))] {
      let root = from.hasPrefix(#"\"#) ? #"\/jsonapi"# : "/jsonapi"
      pairs.append(Pair(inner: Array((root + from).utf8), outer: Array((root + to).utf8)))
    }
  }

  func outward(_ bytes: [UInt8]) -> [UInt8] { pairs.reduce(bytes) { $0.replacing($1.inner, with: $1.outer) } }

  func inward(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count < 4 << 20 else { return bytes }
    return bodies.reduce(bytes) { $0.replacing($1.outer, with: $1.inner) }
  }

  func outwardPath(_ path: String) -> String {
    for (inner, outer) in paths { if let rest = path.behind(inner) { return outer + rest } }
    return path
  }

  func inwardPath(_ path: String) -> String {
    for (inner, outer) in paths { if let rest = path.behind(outer) { return inner + rest } }
    return path
  }

  /// The same path with the names of fields in it.
  func inwardFields(_ path: String) -> String {
    path.split(separator: "/", omittingEmptySubsequences: false).map { part in
      // A part that is called as a type is still a part of a path.
      words[String(part)].flatMap { $0.contains("--") ? nil : $0 } ?? String(part)
    }.joined(separator: "/")
  }

  /// Words of the query that are names.
  func inwardQuery(_ query: String) -> String {
    guard !words.isEmpty else { return query }
    var result = ""
    var word = ""
    var code = 0
    func flush() {
      result += words[word] ?? word.replacing("group_relationship--", with: "group_content--")
      word = ""
    }
    for character in query {
      if code > 0 {
        code -= 1
        result.append(character)
      } else if character == "-", word.isEmpty {
        // The sign of a descending order is no part of a name.
        result.append(character)
      } else if character.isASCII, character.isLetter || character.isNumber || character == "_" || character == "-" {
        word.append(character)
      } else {
        flush()
        if character == "%" { code = 2 }
        result.append(character)
      }
    }
    flush()
    return result
  }
}

extension String {
  /// The parts before and behind the first such character.
  fileprivate func split(at mark: Character) -> (String, String) {
    guard let place = firstIndex(of: mark) else { return (self, "") }
    return (String(self[..<place]), String(self[index(after: place)...]))
  }

  /// What follows these parts of a path; nil when it does not begin with them. Letter case does not count.
  fileprivate func behind(_ prefix: String) -> String? {
    guard lowercased().hasPrefix(prefix) else { return nil }
    let rest = String(dropFirst(prefix.count))
    return rest.isEmpty || rest.hasPrefix("/") ? rest : nil
  }
}

extension [UInt8] {
  /// Every occurrence of some bytes replaced by others.
  fileprivate func replacing(_ wanted: [UInt8], with other: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    let found = withUnsafeBytes { bytes -> Bool in
      guard let base = bytes.baseAddress, bytes.count >= wanted.count, wanted.count > 1 else { return false }
      var start = 0
      var look = 0
      // Of what is looked for nearly all begins with a quote or a slash: the second byte is rarer.
      while look + wanted.count <= bytes.count,
        let place = memchr(base + look + 1, Int32(wanted[1]), bytes.count - look - wanted.count + 1)
      {
        let offset = base.distance(to: UnsafeRawPointer(place)) - 1
        guard memcmp(base + offset, wanted, wanted.count) == 0 else {
          look = offset + 1
          continue
        }
        if start == 0 { result.reserveCapacity(bytes.count + bytes.count / 8) }
        result.append(contentsOf: bytes[start..<offset])
        result.append(contentsOf: other)
        start = offset + wanted.count
        look = start
      }
      guard start > 0 else { return false }
      result.append(contentsOf: bytes[start...])
      return true
    }
    return found ? result : self
  }
}
