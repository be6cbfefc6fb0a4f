import Crypto
import Foundation
import JSONAPI
import Store
import Upstream

/// One message to a receiver: some changes in their order, or that it has to start anew. A value, the same however often it is sent.
package struct WebhookMessage: Sendable, Hashable {
  /// How long a receiver may take. Seconds.
  static let timeoutSeconds = 20
  /// What is read of an answer; nothing of it is kept.
  static let mostAnswerBytes = 65_536
  /// The most changes of a message.
  package static let most = 100

  /// The same for the same content: by it receivers know a message that they have.
  package let id: String
  /// The JSON text.
  package let body: [UInt8]
  /// The place behind what it tells.
  package let position: FeedPosition

  /// Changes: `{"type":"mirror.changes","timestamp":…,"data":{"changes":[…],"position":…}}`.
  /// - Parameter now: Unix seconds.
  package init(_ page: FeedPage, at now: Int64) {
    var data: [UInt8] = Array("{\"changes\":[".utf8)
    for (index, change) in page.changes.enumerated() {
      if index > 0 { data.append(UInt8(ascii: ",")) }
      change.append(to: &data)
    }
    data += "],\"position\":\"\(page.position.text)\"}".utf8
    self.init("mirror.changes", data, page.position, at: now)
  }

  /// That changes are missing which nobody knows any more: `{"type":"mirror.gone",…,"data":{"detail":…,"position":…}}`. Behind that
  /// place the next message goes on.
  package init(_ refusal: FeedRefusal, goingOnAt end: FeedPosition, at now: Int64) {
    let words: JSON = .object(
      JSONObject([("detail", .string(refusal.description)), ("position", .string(end.text))]))
    self.init("mirror.gone", words.encoded(.plain), end, at: now)
  }

  private init(_ type: String, _ data: [UInt8], _ position: FeedPosition, at now: Int64) {
    id = "msg_" + Hexadecimal.text(SHA256.hash(data: Array(type.utf8) + data).prefix(16))
    var body = Array("{\"type\":\"\(type)\",\"timestamp\":\"\(RFC3339.text(unixSeconds: now))\",\"data\":".utf8)
    body += data
    body += "}".utf8
    self.body = body
    self.position = position
  }

  /// The request that carries it, as Standard Webhooks has it.
  /// - Parameter now: Unix seconds of this attempt.
  package func request(to url: String, signedWith secret: WebhookSecret, at now: Int64) -> OutboundRequest {
    OutboundRequest(
      method: "POST", url: url,
      fields: [
        HTTPField("Content-Type", "application/json"), HTTPField("webhook-id", id),
        HTTPField("webhook-timestamp", String(now)),
        HTTPField("webhook-signature", secret.signature(id: id, time: now, body: body)),
      ], body: body, maximumBodyBytes: WebhookMessage.mostAnswerBytes, timeoutSeconds: WebhookMessage.timeoutSeconds)
  }
}

/// When a message is tried again.
package enum WebhookPatience {
  /// The first pause, and the longest. Seconds.
  static let (first, longest) = (5.0, 3_600.0)

  /// How long to wait after so many attempts in vain: twice as long each time, an hour at most, and a little more by chance, so that
  /// receivers that came back together are not asked together.
  /// - Parameters:
  ///   - failures: in a row, this one among them.
  ///   - asked: what the receiver asked for (`Retry-After`), in seconds; counts up to an hour.
  ///   - spread: from 0 to 1.
  /// - Returns: seconds.
  package static func pause(after failures: Int64, asked: Int?, spread: Double) -> Double {
    var pause = first
    for _ in 1..<max(1, min(failures, 20)) { pause = min(pause * 2, longest) }
    if let asked { pause = max(pause, min(Double(asked), longest)) }
    return pause * (1 + 0.2 * min(max(0, spread), 1))
  }
}
