import Crypto
import Foundation
import Upstream

/// What the messages to one receiver are signed with (Standard Webhooks, "Signature scheme"): symmetric, HMAC-SHA256.
package struct WebhookSecret: Sendable, SecretBearing {
  private let key: [UInt8]

  /// Reads a secret: `whsec_` and the base64 of 24 to 64 bytes, white space around it aside; nil for anything else.
  package init?(_ text: String) {
    let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
    let prefix = "whsec_"
    guard text.hasPrefix(prefix), let data = Data(base64Encoded: String(text.dropFirst(prefix.count))),
      (24...64).contains(data.count)
    else { return nil }
    key = Array(data)
  }

  /// The signature of a message, as `webhook-signature` has it: `v1,` and the base64 of the code over id, time and body.
  /// - Parameter time: Unix seconds, as `webhook-timestamp` has them.
  package func signature(id: String, time: Int64, body: [UInt8]) -> String {
    var code = HMAC<SHA256>(key: SymmetricKey(data: key))
    code.update(data: Array("\(id).\(time).".utf8))
    code.update(data: body)
    return "v1,\(Data(code.finalize()).base64EncodedString())"
  }

  /// Nothing of it.
  package var publicDescription: String { "(hidden)" }
}
