import Coding
import Foundation

/// The parameters of one token request, trimmed; an empty one counts as missing, as in league/oauth2-server.
struct TokenRequest {
  private var form: [String: String]

  /// Credentials in a Basic header take the place of those in the body: simple_oauth moves them there.
  init(form: [String: String], authorization: String?) {
    self.form = form
    if let (id, secret) = Self.basic(authorization) {
      self.form["client_id"] = id
      self.form["client_secret"] = secret
    }
  }

  subscript(name: String) -> String? {
    guard let value = form[name]?.trimmedAsByPHP, !value.isEmpty else { return nil }
    return value
  }

  var clientID: String? { self["client_id"] }
  var clientSecret: String? { self["client_secret"] }
  /// Compared untrimmed, as the site does.
  var grant: Grant? { form["grant_type"].flatMap(Grant.init(rawValue:)) }
  /// `nil` when none was asked for.
  var scopes: [String]? { self["scope"].map(Scopes.names) }

  /// RFC 7617; the two sides are taken as they are, without RFC 6749's percent decoding, as PHP takes them.
  private static func basic(_ header: String?) -> (id: String, secret: String)? {
    guard let header, header.prefix(6).lowercased() == "basic ",
      let data = Data(base64Encoded: String(header.dropFirst(6)).trimmedAsByPHP)
    else { return nil }
    let sides = String(decoding: data, as: UTF8.self).split(
      separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    return sides.count == 2 ? (String(sides[0]), String(sides[1])) : nil
  }
}
