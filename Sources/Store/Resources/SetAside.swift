/// Something that could not be used and was left out, so that all else goes on: named, with the reason and what a person can do.
/// One row per (kind, type, subject); it stays until it is seen to be in order again.
package struct SetAside: Sendable, Hashable {
  /// What was left out.
  package enum Kind: String, Sendable, CaseIterable {
    /// One resource of a collection.
    case row
    /// Part of a collection that the site does not give.
    case page
    /// A whole resource type.
    case type
    /// A member that is not understood.
    case field
    /// Something of the configuration or of the site's own settings.
    case setting
    /// A link or address.
    case address
    /// The content of a file.
    case file
    /// A local change that waits for more than the next round.
    case change
  }

  /// What it is.
  package var kind: Kind
  /// The resource type it belongs to; empty where it belongs to none.
  package var type: String
  /// What tells it from others of its kind and type: an id, a serial number, a name.
  package var subject: String
  /// Why, for people. Holds no secret, and no more of what the site sent than a line.
  package var reason: String
  /// What a person can do.
  package var advice: String
  /// When it was first set aside, Unix seconds of this machine.
  package var since: Int64
  /// When it was last seen to be so, Unix seconds of this machine.
  package var lastSeen: Int64

  /// Something that is set aside now.
  /// - Parameter time: Unix seconds of this machine.
  package init(
    _ kind: Kind, type: String = "", subject: String, reason: String, advice: String, at time: Int64
  ) {
    self.kind = kind
    self.type = type
    self.subject = subject
    self.reason = reason
    self.advice = advice
    since = time
    lastSeen = time
  }

  /// The sentence, cut where it is long: `status` has it whole.
  package var line: String {
    let text = sentence
    return text.count > 240 ? text.prefix(200) + "…; social-mirror status says all" : text
  }

  /// One line for people, without the times.
  package var sentence: String {
    let what = [type, subject].filter { !$0.isEmpty }.joined(separator: " ")
    return "\(kind.rawValue) \(what): \(reason)" + (advice.isEmpty ? "" : "; \(advice)")
  }
}
