import Coding

/// Times and spans, as pages show them.
package enum ShownTime {
  /// How long ago a time was, or how long it is until then, with the time itself for who points at it and for programs.
  /// - Parameters:
  ///   - time: Unix seconds.
  ///   - now: Unix seconds.
  package static func relative(_ time: Int64, at now: Int64) -> HTML {
    let text = RFC3339.text(unixSeconds: time)
    let words =
      time > now
      ? "in \(span(time.subtractingClamped(now)))" : time == now ? "now" : "\(span(now.subtractingClamped(time))) ago"
    return "<time datetime=\"\(text)\" title=\"\(text)\">\(words)</time>"
  }

  /// As `relative`; a dash where there is none.
  package static func relative(_ time: Int64?, at now: Int64) -> HTML {
    guard let time else { return "–" }
    return relative(time, at: now)
  }

  /// A span in its two greatest units: `45 s`, `3 h 5 min`, `12 d`.
  /// - Parameter seconds: a negative one counts as none.
  package static func span(_ seconds: Int64) -> String {
    let seconds = max(0, seconds)
    switch seconds {
    case ..<60: return "\(seconds) s"
    case ..<3_600: return "\(seconds / 60) min"
    case ..<86_400:
      let minutes = seconds / 60 % 60
      return minutes == 0 ? "\(seconds / 3_600) h" : "\(seconds / 3_600) h \(minutes) min"
    default: return "\(seconds / 86_400) d"
    }
  }
}
