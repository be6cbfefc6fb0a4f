import JSONAPI
import Support

extension GridExcuse {
  /// Who may write where, before anything is looked at that is written.
  static let doors: [GridExcuse] = [
    GridExcuse(
      "without a token", why: "the mirror says nothing without one, not even what exists or which methods there are",
      about: { $0.isAnonymous }, at: { ["status", "errors", "body"].contains($0.place) },
      holds: { exchange, _, _ in
        let request = RequestURI(base: Exchange.base, target: exchange.written.target)
        let wanted = ErrorResponse.unauthorized(realm: "OAuth", request: request)
        let isWanted = exchange.local.body == (exchange.written.method == "HEAD" ? [] : wanted.body)
        return exchange.local.status == 401 && isWanted && exchange.site.status != 401
      }),
    GridExcuse(
      "relationships that no client edits",
      why:
        "what the site computes or keeps to itself cannot be edited by its route; the sample site takes it, or finds fault with "
        + "the body first",
      about: { $0.relationship != nil && ["POST", "PATCH", "DELETE"].contains($0.method) },
      pairs: [
        GridPair([200, 204], [], [403], ["The current user is not allowed to edit this relationship."]),
        GridPair(
          [400, 409],
          [
            "Invalid body payload for the relationship.", "Empty request body.", "Syntax error",
            "The provided type (…) does not match the destination resource types (…).",
            "Duplicate relationships are not permitted. …", "The targeted `…` resource with ID `…` does not exist.",
            "You can only … to-many relationships. … is a to-one relationship.",
          ] + GridExchange.includeFaults, [403], ["The current user is not allowed to edit this relationship."]),
      ]),
    GridExcuse(
      "endings of files", why: "which files a field of files takes is for the site to say",
      about: { $0.name.hasPrefix("upload ") && $0.target.contains("_files") },
      pairs: [
        GridPair(
          [422],
          ["Unprocessable Entity: file validation failed.\nOnly files with the following extensions are allowed: …"],
          [200, 201], [])
      ]),
  ]
}
