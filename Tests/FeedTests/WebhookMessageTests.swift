import Feed
import JSONAPI
import Store
import Support
import Testing
import Upstream

/// What is sent is signed as Standard Webhooks has it, and pauses grow.
@Suite struct WebhookMessageTests {
  /// The example of the specification.
  @Test func theSignatureIsThatOfTheSpecification() throws {
    let secret = try #require(WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"))
    let signature = secret.signature(
      id: "msg_p5jXN8AQM9LWM0D4loKWxJek", time: 1_614_265_330, body: Array(#"{"test": 2432232314}"#.utf8))
    #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    #expect("\(secret)" == "(hidden)" && String(reflecting: secret) == "(hidden)")
  }

  @Test(arguments: ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAAA", "whsec_not base64 at all, is it?!"])
  func whatIsNoSecretIsNone(text: String) { #expect(WebhookSecret(text) == nil) }

  @Test func pausesGrowAndEnd() {
    func pause(_ failures: Int64, asked: Int? = nil, spread: Double = 0) -> Double {
      WebhookPatience.pause(after: failures, asked: asked, spread: spread)
    }
    #expect([1, 2, 3].map { pause($0) } == [5, 10, 20])
    #expect(pause(12) == 3_600 && pause(.max) == 3_600)
    #expect(pause(1, asked: 60) == 60 && pause(5, asked: 1) == 80 && pause(1, asked: .max) == 3_600)
    #expect(pause(1, spread: 1) == 6 && pause(1, spread: 7) == 6)
  }

  @Test func whereMessagesGoIsGuarded() throws {
    let secret = try #require(WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    func networks(_ url: String, isInner: Bool = false) throws -> Set<AddressReach.Network>? {
      let webhook = Webhook(name: "w", url: url, secret: secret, sight: { .everything })
      return try webhook.transport(isInner: isInner, userAgent: "t").reach?.networks
    }
    #expect(try networks("https://crm.example.org/hook") == [.world])
    #expect(try networks("https://crm.example.org/hook", isInner: true) == [.world, .inner])
    #expect(try networks("http://127.0.0.1:8000/hook") == [.loopback])
  }
}
