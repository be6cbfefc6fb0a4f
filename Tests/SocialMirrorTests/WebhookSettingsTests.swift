import Foundation
import JSONAPI
import Store
import Testing

@testable import SocialMirror

/// Receivers of changes are understood or refused by name, and no message shows where they are.
@Suite struct WebhookSettingsTests {
  private func webhooks(_ inside: String) throws -> [WebhookSettings] {
    let text = #"{"localAPI": {"sights": {"reporting": {"published": true}}}, "feed": {"webhooks": {\#(inside)}}}"#
    let file = try ConfigurationFile(Data(text.utf8), name: "file.json", folder: "/etc/m")
    return try Settings(file: file, environment: [:], needsSite: false).feed.webhooks
  }

  @Test func aReceiverIsRead() throws {
    let full = try webhooks(
      #"""
      "crm": {"url": "https://crm.example.org/hook?key=s3cret", "secretFile": "secrets/crm", "types": ["node", "user--user"],
              "sight": "reporting", "documents": true, "allowInner": true},
      "local": {"url": "http://127.0.0.1:8000/", "secretFile": "/run/secret", "types": null, "sight": null}
      """#)
    let crm = WebhookSettings(
      name: "crm", url: "https://crm.example.org/hook?key=s3cret", secretFile: "/etc/m/secrets/crm",
      types: ["node", "user--user"], sight: "reporting", hasDocuments: true, isInner: true)
    let local = WebhookSettings(name: "local", url: "http://127.0.0.1:8000/", secretFile: "/run/secret")
    #expect(full == [crm, local])
    #expect(try webhooks("").isEmpty)
    let rules = ["reporting": SightRules(published: true)]
    #expect(local.sight(by: rules).isEverything)
    #expect(
      crm.sight(by: rules) == Sight([SightRules(published: true), SightRules(types: .only(["node", "user--user"]))]))
    // A sight that was taken out of the configuration shows nothing.
    #expect(crm.sight(by: [:]) == Sight([.nothing, SightRules(types: .only(["node", "user--user"]))]))
  }

  @Test(arguments: [
    (#""a b": {}"#, "no name of a receiver"), (#""crm": "https://x""#, "takes an object"),
    (#""crm": {"secretFile": "s"}"#, "crm.url is missing"),
    (#""crm": {"url": "http://key.example.org/hook", "secretFile": "s"}"#, "https: URL"),
    (#""crm": {"url": "https://u:key@x.example/hook", "secretFile": "s"}"#, "https: URL"),
    (#""crm": {"url": "ftp://key", "secretFile": "s"}"#, "https: URL"),
    (#""crm": {"url": "https://key.example"}"#, "secretFile is missing"),
    (#""crm": {"url": "https://key.example", "secretFile": "s", "types": []}"#, "types takes a list"),
    (#""crm": {"url": "https://key.example", "secretFile": "s", "types": ["a b"]}"#, "types takes a list"),
    (#""crm": {"url": "https://key.example", "secretFile": "s", "sight": "none"}"#, "there is no sight"),
    (#""crm": {"url": "https://key.example", "secretFile": "s", "documents": 1}"#, "takes true or false"),
    (#""crm": {"url": "https://key.example", "secret": "s"}"#, "unknown key feed.webhooks.crm."),
  ]) func whatCannotBeUsedIsNamed(inside: String, reason: String) throws {
    let said = #expect(throws: ConfigurationError.self) { try webhooks(inside) }?.description ?? ""
    #expect(said.contains("feed.webhooks") && said.contains(reason), "\(said)")
    #expect(!said.contains("key.example") && !said.contains("key@"), "\(said)")
  }
}
