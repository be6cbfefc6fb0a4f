import Coding
import Foundation
import TokenIssuer

/// What is typed of a client that is to be added.
struct ConsumerForm: Sendable, Hashable {
  var label = ""
  var id: String
  var isPublic = false
  var grants: [String] = []
  var scopes = Scopes.standard.joined(separator: " ")
  var sight: String?
  var redirectURIs = ""
  var isPlainChallengeAllowed = false
  var accessTokenSeconds = ""

  /// An empty one, with an id of its own: whoever sends it twice adds one client.
  init(id: String = UUID().uuidString.lowercased()) { self.id = id }

  /// One that was sent.
  init(_ request: DashboardRequest) {
    id = request.field("id") ?? ""
    label = request.field("label") ?? ""
    isPublic = request.field("public") != nil
    grants = request.fields("grant")
    scopes = request.field("scopes") ?? ""
    sight = request.field("sight").flatMap { $0.isEmpty ? nil : $0 }
    redirectURIs = request.field("redirect-uris") ?? ""
    isPlainChallengeAllowed = request.field("plain-challenge") != nil
    accessTokenSeconds = request.field("access-token-seconds") ?? ""
  }

  /// The client, checked.
  /// - Parameter sights: the names of the configuration.
  func consumer(_ sights: [String]) throws(ClientRefusal) -> NewConsumer {
    guard !label.isEmpty, label.utf8.count <= 1_024,
      label.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
    else { throw ClientRefusal("A label has 1 to 1024 bytes, and no control characters: what people call the client.") }
    let sight = try ClientRefusal.sight(sight, known: sights)
    // A number beyond all is one that is out of bounds.
    let seconds = accessTokenSeconds.isEmpty ? nil : Int64(accessTokenSeconds) ?? 0
    do {
      return try NewConsumer(
        label: label, id: id, isPublic: isPublic, grants: grants.isEmpty ? nil : grants,
        scopes: ClientFields.words(scopes), sight: sight, redirectURIs: ClientFields.words(redirectURIs),
        isPlainChallengeAllowed: isPlainChallengeAllowed, accessTokenSeconds: seconds)
    } catch { throw ClientRefusal(error) }
  }

  /// The fields.
  func fields(_ sights: [String]) -> HTML {
    let grants = HTML(
      Grant.allCases.map { grant in
        ClientFields.box(grant.rawValue, "grant", grant.rawValue, isTicked: self.grants.contains(grant.rawValue))
      })
    let life = ClientFields.line(
      "Life of access tokens", "access-token-seconds", accessTokenSeconds,
      hint: "seconds, 1 to 86400; empty for localAPI.accessTokenSeconds")
    let plain = ClientFields.box(
      "It may give the challenge of PKCE unhashed (old clients)", "plain-challenge", "1",
      isTicked: isPlainChallengeAllowed)
    return """
      \(ClientFields.line("Label", "label", label, hint: "what people call it", isRequired: true))\
      \(ClientFields.line("Client id", "id", id, isRequired: true))\
      \(ClientFields.line("Scopes", "scopes", scopes, hint: ClientFields.scopesHint, isRequired: true, most: 4_096))\
      \(ClientFields.sights(sights, chosen: sight))\
      \(ClientFields.lines("Redirect URIs", "redirect-uris", redirectURIs, hint: "a line each; for authorization_code"))\
      \(ClientFields.box("It can keep no secret (public client)", "public", "1", isTicked: isPublic))\
      <details><summary>More</summary>
      <fieldset><legend>Grants; where none is chosen, what such a client usually has</legend>
      \(grants)</fieldset>
      \(life)\(plain)</details>

      """
  }
}
