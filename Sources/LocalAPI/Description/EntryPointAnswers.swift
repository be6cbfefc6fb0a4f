import HTTPTypes
import JSONAPI
import Store

/// The entry point (reference 1.3).
struct EntryPointAnswers: Sendable {
  let reader: ResourceReader
  let people: PeopleBehindTokens

  /// Answers a read.
  func answer(to asked: Asked) throws -> Answer? {
    if asked.head.method == .options { return Answer(allowing: try methods(asked).filter { $0 != "HEAD" }) }
    if let failure = asked.viewer.caller.failure { return Answer(refusing: failure) }
    return try asked.read {
      let me = try asked.viewer.caller.token.flatMap { try people.user(behind: $0) }
      return try entryPoint(ReadRequest(asked, as: nil), me: me)
    }
  }

  /// Refuses what is no read.
  func refusal(of asked: Asked) throws -> Answer {
    if let failure = asked.viewer.caller.failure { return Answer(refusing: failure) }
    return Answer(
      .methodNotAllowed(asked.head.method.rawValue, allowed: try methods(asked), request: asked.uri))
  }

  /// The methods of the entry point. The mirror is looked at, for where it is away nothing is answered.
  private func methods(_ asked: Asked) throws -> [String] {
    try reader.single(seeing: asked.viewer.sight) { _ in ["GET", "HEAD"] }
  }

  /// The entry point (reference 1.3): every type with its collection, `self` among them in the order of names. It has no
  /// `ETag`: `me` depends on the token.
  /// - Parameter me: the id of the user behind the token; nil for an anonymous caller.
  private func entryPoint(_ request: ReadRequest, me: String?) throws -> Answer {
    try reader.single(seeing: request.sight) { snapshot in
      try request.checkFormat()
      try request.checkSpelling()
      try request.checkParametersWithoutInclude()
      let types = try snapshot.types()
      var links = types.map { ($0.link, request.base.text + $0.path) }
      // The site makes this link from the route, not from the request.
      links.append(("self", request.uri.normalized))
      links.sort { Array($0.0.utf8).lexicographicallyPrecedes(Array($1.0.utf8)) }
      var writer = DocumentWriter(capacity: 4096)
      writer.append("[]")
      if let me {
        // The site looks for the type by this very name.
        let user = types.first { $0.link == "user--user" }
        var members = JSONObject([("meta", .object(JSONObject([("id", .string(me))])))])
        if let user { members["href"] = .string("\(request.base.text)\(user.path)/\(ResourceID(me)?.pathPart ?? me)") }
        let meta = JSON.object(JSONObject([("links", .object(JSONObject([("me", .object(members))])))]))
        writer.append(",\"meta\":")
        writer.append(value: meta)
      }
      var answer = Answer(document: writer.finish(links: links))
      answer.speaks(knownUntil: try snapshot.knownUntilOfAll())
      return answer
    }
  }
}
