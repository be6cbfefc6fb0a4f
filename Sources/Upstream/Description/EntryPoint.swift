import JSONAPI

/// What the site says of itself at its entry point, `/jsonapi` unless it has another (reference 1.3).
package struct EntryPoint: Sendable, Hashable {
  /// A resource type and where its collection is.
  package struct Collection: Sendable, Hashable {
    /// The name of the type, such as `node--topic`: as the entry point has it, until its resources are seen to call themselves
    /// otherwise.
    package var name: String
    /// Such as `/jsonapi/node/topic`: without scheme, host and the path of the base URL.
    package var path: String
    /// The key of the link at the entry point.
    package var link: String
    /// A collection with these parts.
    /// - Parameter link: nil where it is the name.
    package init(name: String, path: String, link: String? = nil) {
      self.name = name
      self.path = path
      self.link = link ?? name
    }
  }

  /// A link that leads nowhere, and what it says.
  package struct OddLink: Sendable, Hashable {
    /// The link's name, which would be a type's.
    package var name: String
    /// What is odd about it.
    package var reason: String
  }

  /// Every resource type with a route, in the site's order; never empty.
  package var resourceTypes: [Collection]
  /// Where it is itself, by its own word: `/jsonapi`, or `/en/jsonapi` where addresses carry a language.
  package var path = EntryPoint.usualPath
  /// Where it was asked.
  package var asked = EntryPoint.usualPath
  /// Whether the site led from there to elsewhere.
  package var isMoved = false
  /// The base URLs that its links name, those of most links first: another than the one that was asked where the site stands
  /// behind a proxy (reference 1.4). At most `mostBases`.
  package var bases: [String] = []
  /// Links that lead to no path of the site.
  package var oddLinks: [OddLink] = []
  /// The UUID of the account that asked; nil when the site took it for an anonymous visitor.
  package var me: String?
  /// When the site made it, by its `Date`, Unix seconds; nil when it did not say. The site's clock, unless a cache kept it.
  package var date: Int64?
  /// Whether a cache kept it.
  package var isKept = false
  /// The `version` of its `jsonapi` member.
  package var version: String?
  /// `Content-Language` of the answer.
  package var language: String?

  /// An entry point that links these, and says nothing else.
  package init(resourceTypes: [Collection]) { self.resourceTypes = resourceTypes }

  /// Where sites have it unless configured otherwise.
  package static let usualPath = "/jsonapi"
  /// A site has few addresses: what names more is not believed.
  package static let mostBases = 8
  /// Links at the entry point. A site has one or two hundred; of one with more nothing is taken.
  package static let mostLinks = 5_000
  /// Bytes of a type's name: Drupal's have at most 66, renamed ones (jsonapi_extras) 255.
  package static let longestName = 255
  /// Bytes of what else it says of itself in a word.
  private static let longestWord = 64

  /// Bytes of the document: with as many links as are taken it has not half of them.
  package static let largest = 4 << 20

  /// The request.
  package static func request(_ path: String = usualPath) -> SiteRequest {
    var request = SiteRequest(path: path)
    request.maximumBodyBytes = largest
    return request
  }

  /// Reads the answer.
  /// - Parameters:
  ///   - asked: the path that was asked.
  ///   - ownPath: the path under which the site believes itself to be, where that is known to differ from the base URL's: a
  ///     proxy adds or takes away the beginning of paths.
  /// - Throws: `SiteError`; `malformed` also for an entry point without a single resource type.
  package static func parse(
    _ response: InboundResponse, base: BaseURL, asked: String = usualPath, ownPath: String? = nil
  ) throws(SiteError) -> EntryPoint {
    let bytes = try SiteAnswer.document(of: response)
    func malformed(_ reason: String) -> SiteError {
      SiteError(.malformed, status: response.status, detail: reason, mediaType: response.mediaType)
    }
    let json: JSON
    do { json = try JSON(parsing: bytes) } catch { throw malformed(error.description) }
    let links = json["links"]?.object?.members ?? []
    guard links.count <= mostLinks else {
      throw malformed("the entry point names \(links.count) resource types, more than the \(mostLinks) that are taken")
    }
    let arrived = response.url.flatMap { base.local($0)?.path } ?? asked
    let itself = links.first { $0.name == "self" }.flatMap { href($0.value) }
    let reading = try reading(itself, base, arrived, ownPath, malformed)
    var entry = EntryPoint(resourceTypes: [])
    entry.path = itself.flatMap { reading.place($0)?.path } ?? arrived
    entry.asked = asked
    entry.isMoved = arrived != asked
    var counts: [String: Int] = [:]
    for member in links where member.name != "self" {
      if let fault = fault(ofName: member.name) {
        let name = Excerpt.of(member.name.utf8.prefix(30)) + (member.name.utf8.count > 30 ? "…" : "")
        entry.oddLinks.append(OddLink(name: name, reason: fault))
        continue
      }
      // Since 8.7 links are objects; a string is what JSON:API also allows.
      guard let href = href(member.value) else {
        if ResourceTypeName(member.name).tellsHome {
          entry.oddLinks.append(OddLink(name: member.name, reason: "it has no address"))
        }
        continue
      }
      guard let place = reading.place(href), place.path.utf8.count <= 2000 else {
        if ResourceTypeName(member.name).tellsHome {
          entry.oddLinks.append(OddLink(name: member.name, reason: "its address does not lead below \(base)"))
        }
        continue
      }
      // What is no resource type, such as a description of the API, stands elsewhere.
      guard ResourceTypeName(member.name).tellsHome || place.path.hasPrefix(entry.path + "/") else { continue }
      guard !member.name.isEmpty else { continue }
      counts[place.base, default: 0] += 1
      entry.resourceTypes.append(Collection(name: member.name, path: place.path))
    }
    guard !entry.resourceTypes.isEmpty else {
      throw malformed(
        entry.oddLinks.first.map {
          "the link of \($0.name) does not lead below \(base); is site.baseURL the address that the site itself uses?"
        } ?? "the entry point names no resource type")
    }
    entry.bases = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(mostBases).map(\.key)
    // What can be no id is nobody's.
    entry.me = json["meta"]?["links"]?["me"]?["meta"]?["id"]?.string.flatMap { ResourceID($0)?.description }
    entry.date = response.date
    entry.version = word(json["jsonapi"]?["version"]?.string)
    entry.language = word(response["Content-Language"])
    return entry
  }

  /// Why a link's name can be no type's; nil where it may be one.
  private static func fault(ofName name: String) -> String? {
    if name.utf8.count > longestName {
      return "its name has \(name.utf8.count) bytes, more than the \(longestName) that are taken"
    }
    return name.utf8.contains { $0 < 0x20 || $0 == 0x7F } ? "its name has control characters" : nil
  }

  private static func word(_ text: String?) -> String? { text.flatMap { $0.utf8.count > longestWord ? nil : $0 } }

  private static func href(_ link: JSON) -> String? { link["href"]?.string ?? link.string }

  /// How links are read: what of a path is the site's own place on its host.
  private struct Reading {
    var base: BaseURL
    var ownPath: String

    /// The base URL that an address names, and the path below it.
    func place(_ href: String) -> (base: String, path: String)? {
      guard let found = base.placed(href, below: ownPath) else { return nil }
      return (found.base, found.path)
    }
  }

  private static func reading(
    _ itself: String?, _ base: BaseURL, _ arrived: String, _ ownPath: String?, _ malformed: (String) -> SiteError
  ) throws(SiteError) -> Reading {
    if let ownPath { return Reading(base: base, ownPath: ownPath) }
    guard !base.path.isEmpty, let itself, base.placed(itself, below: base.path) == nil else {
      return Reading(base: base, ownPath: base.path)
    }
    // The site does not know that it is in a sub-path: a proxy takes it away.
    if base.placed(itself, below: "")?.path == arrived { return Reading(base: base, ownPath: "") }
    throw malformed(
      "the entry point's own address does not lead below \(base); is site.baseURL the address that the site itself uses?"
    )
  }
}
