import Foundation
import HTTPTypes
import JSONAPI
import NIOCore
import OpenSocial
import Store
import Support
import Testing
import TokenIssuer

@testable import LocalAPI

/// A small community in two mirrors: one that has what the sight `reporting` leaves out, and one that does not have it, or has other
/// values in its place. For who has the sight they are the same.
enum SightTwins {
  static let rules: [String: SightRules] = [
    "reporting": SightRules(
      types: .except(["taxonomy_term"]), published: true, privateFiles: false,
      hide: ["user.mail", "node--topic.field_secret", "node--topic.field_private_*"])
  ]

  static let paths = [
    "node--topic": "/jsonapi/node/topic", "user--user": "/jsonapi/user/user", "file--file": "/jsonapi/file/file",
    "taxonomy_term--tag": "/jsonapi/taxonomy_term/tag",
  ]

  static func id(_ number: Int) -> String { "00000000-0000-4000-8000-\(String(number + 1_000_000_000_000).suffix(12))" }

  private static func link(_ type: String, _ number: Int?) -> String {
    guard let number else { return "null" }
    return #"{"type":"\#(type)","id":"\#(id(number))","meta":{"drupal_internal__target_id":\#(number)}}"#
  }

  /// A resource as the site writes it.
  private static func object(_ type: String, _ number: Int, _ attributes: String, _ relationships: String = "")
    -> String
  {
    let path = type.replacing("--", with: #"\/"#)
    let own = #"https:\/\/community.example.org\/jsonapi\/\#(path)\/\#(id(number))"#
    return #"{"type":"\#(type)","id":"\#(id(number))","links":{"self":{"href":"\#(own)"}},"#
      + #""attributes":{\#(attributes)},"relationships":{\#(relationships)}}"#
  }

  static func user(_ number: Int, _ name: String, mail: String, _ status: Bool = true) -> String {
    object(
      "user--user", number,
      #""drupal_internal__uid":\#(number),"name":"\#(name)","mail":"\#(mail)","status":\#(status),"#
        + #""changed":"2024-01-01T00:00:00+00:00""#)
  }

  static func topic(
    _ number: Int, _ title: String, secret: Int, _ status: Bool = true, user: Int, friend: Int?, image: Int?
  ) -> String {
    let fields: [(name: String, data: String)] = [
      ("uid", link("user--user", user)), ("field_private_user", link("user--user", friend)),
      ("field_image", link("file--file", image)), ("field_tags", "[\(link("taxonomy_term--tag", 11))]"),
    ]
    let place = #"https:\/\/community.example.org\/jsonapi\/node\/topic\/\#(id(number))"#
    let relationships = fields.map { field in
      #""\#(field.name)":{"data":\#(field.data),"links":{"related":{"href":"\#(place)\/\#(field.name)"},"#
        + #""self":{"href":"\#(place)\/relationships\/\#(field.name)"}}}"#
    }
    return object(
      "node--topic", number,
      #""drupal_internal__nid":\#(number),"title":"\#(title)","status":\#(status),"field_secret":\#(secret),"#
        + #""field_private_note":"note \#(secret)","changed":"2024-01-02T00:00:0\#(number % 10)+00:00""#,
      relationships.joined(separator: ","))
  }

  static func file(_ number: Int, _ place: String) -> String {
    object(
      "file--file", number,
      #""drupal_internal__fid":\#(number),"filename":"f\#(number).png","status":true,"filesize":9,"filemime":"image\/png","#
        + #""uri":{"value":"\#(place):\/\/f\#(number).png","url":"\/files\/f\#(number).png"}"#)
  }

  /// - Parameter isWhole: whether what is hidden is there.
  private static func objects(_ isWhole: Bool) -> [(type: String, objects: [String])] {
    let topics = [
      topic(101, "Delta", secret: isWhole ? 5 : 1, user: 1, friend: isWhole ? 3 : 1, image: 31),
      topic(103, "Bravo", secret: isWhole ? 1 : 7, user: 2, friend: isWhole ? nil : 1, image: nil),
      topic(104, "Alfa", secret: isWhole ? 9 : 2, user: 3, friend: isWhole ? 1 : 3, image: 32),
      topic(106, "Foxtrot", secret: isWhole ? 2 : 9, user: 1, friend: 1, image: 31),
    ]
    let hidden = [
      topic(102, "Charlie", secret: 3, false, user: 1, friend: 1, image: 31),
      topic(105, "Echo", secret: 4, false, user: 3, friend: nil, image: nil),
      topic(107, "Golf", secret: 4, false, user: 3, friend: nil, image: 31),
    ]
    let people = [
      user(1, "Anna", mail: isWhole ? "anna@example.test" : "x@example.test"),
      user(3, "Cara", mail: isWhole ? "cara@example.test" : "a@example.test"),
    ]
    return [
      ("user--user", people + (isWhole ? [user(2, "Bob", mail: "bob@example.test", false)] : [])),
      ("node--topic", topics + (isWhole ? hidden : [])),
      ("file--file", [file(31, "public")] + (isWhole ? [file(32, "private")] : [])),
      (
        "taxonomy_term--tag",
        isWhole ? [object("taxonomy_term--tag", 11, #""drupal_internal__tid":11,"name":"red","status":true"#)] : []
      ),
    ]
  }

  static func mirror(isWhole: Bool) throws -> CrawledMirror {
    let made = try CrawledMirror()
    for (type, objects) in objects(isWhole) { try add(objects, of: type, to: made, cursor: true) }
    try made.mirror.discovery.note(.siteBaseURL, CrawledMirror.site)
    try made.mirror.discovery.note(.siteAccount, id(1))
    return made
  }

  static func add(_ objects: [String], of type: String, to made: CrawledMirror, cursor: Bool = false) throws {
    var scanner = PageScanner(base: DocumentBase(CrawledMirror.site), paths: paths)
    let page = try scanner.page(Array(#"{"data":[\#(objects.joined(separator: ","))]}"#.utf8))
    _ = try made.apply([(type: type, page: page)], cursor: cursor, paths: paths)
  }

  static func token(
    sights: [String] = ["reporting"], scopes: [String] = ["read", "write"], user: Int? = nil
  ) -> AccessToken {
    AccessToken(
      id: "token", accountID: nil, consumerID: "reports", scopes: scopes, sights: sights, userUUID: user.map(id),
      expiresAt: 4_000_000_000)
  }

  static func sight(_ token: AccessToken = SightTwins.token()) -> Sight { Sights(rules).sight(of: token) }
}

/// The sections that answer reads of a mirror, asked without a server.
struct SightDesk {
  static let base = "http://localhost"
  let made: CrawledMirror
  let answers: ResourceAnswers
  let people: PeopleBehindTokens
  let files: FileAnswers
  var writes: WriteAnswers

  init(_ made: CrawledMirror) {
    self.made = made
    let reader = ResourceReader(made.mirror)
    answers = ResourceAnswers(reader: reader)
    people = PeopleBehindTokens(reading: made.mirror.reading, tokens: made.mirror.tokens, reader: reader)
    files = FileAnswers(
      reading: made.mirror.reading, reader: reader,
      folder: BinaryFolder(path: made.folder.appending(path: "files").path)
    )
    writes = WriteAnswers(answers: answers, reading: made.mirror.reading, recording: made.mirror.recording)
  }

  /// The answer to a read; nil where nothing stands.
  func ask(
    _ target: String, _ method: HTTPRequest.Method = .get, as token: AccessToken = SightTwins.token(),
    having tag: String? = nil
  ) throws -> Answer? {
    var request = HTTPRequest(method: method, scheme: "http", authority: "localhost", path: target)
    if let tag { request.headerFields[.ifNoneMatch] = tag }
    let spelling = Spelling(target)
    let asked = Asked(
      head: RequestHead(request), viewer: Viewer(.known(token), Sights(SightTwins.rules)),
      uri: RequestURI(base: SightDesk.base, target: target), base: DocumentBase(SightDesk.base),
      route: Route(Route.decoded(spelling.path)), spelling: spelling)
    switch asked.route {
    case .resource(let route): return try ReadingSection(answers: answers).answer(route, to: asked)
    case .description(.entryPoint):
      return try EntryPointAnswers(reader: answers.reader, people: people).answer(to: asked)
    case .file(let route): return try FilesSection(files: files).answer(route, to: asked)
    case .own(.search): return try SearchAnswers(reader: answers.reader).answer(asked)
    default: return nil
    }
  }

  /// An answer as it goes out, but for its coding.
  func text(
    _ target: String, _ method: HTTPRequest.Method = .get, as token: AccessToken = SightTwins.token(),
    having tag: String? = nil
  ) throws -> String {
    guard let answer = try ask(target, method, as: token, having: tag) else { return "nothing" }
    let fields = answer.fields.map { "\($0.name.canonicalName): \($0.value)" }.sorted().joined(separator: "\n")
    return "\(answer.status)\n\(fields)\n\n\(String(buffer: answer.body))"
  }

  /// A write by who has the sight.
  static func write(_ route: WriteRoute, _ method: String, as token: AccessToken = SightTwins.token()) -> WriteRequest {
    let place = route.path + (route.id.map { "/\($0)" } ?? "")
    return WriteRequest(
      route: route, method: method, uri: RequestURI(base: base, target: place), base: DocumentBase(base),
      sight: SightTwins.sight(token), author: ChangeAuthor(consumer: "reports"),
      mayWrite: { token.mayWrite($0, of: $1) })
  }
}
