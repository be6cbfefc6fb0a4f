import Coding

/// Times as people read them, beside the clock of this machine. Times are Unix seconds.
struct TimeWords: Sendable {
  let now: Int64

  /// How long ago something was.
  func ago(_ time: Int64) -> HTML {
    let age = now.subtractingClamped(time)
    return element(time, age < 1 ? "now" : "\(TimeWords.span(age)) ago")
  }

  /// When something is due.
  func due(_ time: Int64) -> HTML {
    let wait = time.subtractingClamped(now)
    return element(time, wait < 1 ? "now" : "in \(TimeWords.span(wait))")
  }

  /// A length of time in its greatest unit: seconds below two minutes, minutes below two hours, hours below two days.
  static func span(_ seconds: Int64) -> String {
    switch seconds {
    case ..<2: "1 second"
    case ..<120: "\(seconds) seconds"
    case ..<7_200: "\(seconds / 60) minutes"
    case ..<172_800: "\(seconds / 3_600) hours"
    default: "\(seconds / 86_400) days"
    }
  }

  private func element(_ time: Int64, _ words: String) -> HTML {
    let exact = RFC3339.text(unixSeconds: time)
    return "<time datetime=\"\(exact)\" title=\"\(exact)\">\(words)</time>"
  }
}
