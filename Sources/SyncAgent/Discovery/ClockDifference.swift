import JSONAPI
import Logging
import Store

/// How far the site's clock is from this machine's. What is read is bounded by the site's clock, and a leap of it has everything read
/// again; tokens and waiting go by this machine's. Where one of the two is wrong by more than a day, this names it; nothing stops.
enum ClockDifference {
  /// What it is noted under.
  static let subject = "the site's clock"
  /// Seconds that the two may differ without a word.
  static let most: Int64 = 86_400

  /// The thing to set aside, as a decision only; nil where the two agree, or the site does not say what time it is.
  /// - Parameters:
  ///   - site: the site's clock, Unix seconds.
  ///   - now: this machine's.
  static func finding(_ site: Int64?, at now: Int64) -> SetAside? {
    guard let site else { return nil }
    let ahead = site.subtractingClamped(now)
    guard ahead > most || ahead < -most else { return nil }
    let days = ahead.magnitude / UInt64(most)
    return SetAside(
      .setting, subject: subject,
      reason: "it says \(RFC3339.text(unixSeconds: site)), \(days) \(days == 1 ? "day" : "days") "
        + "\(ahead > 0 ? "ahead of" : "behind") this machine's",
      advice: "set the one that is wrong; when the site's goes back, everything is read again", at: now)
  }

  /// Notes it, and says it once.
  static func note(_ site: Int64?, in mirror: Mirror, _ logger: Logger, at now: Int64) throws {
    let isNoted = try mirror.reading.setAside().contains { $0.kind == .setting && $0.subject == subject }
    guard let found = finding(site, at: now) else {
      if isNoted { try mirror.pulling.takeBack(.setting, subject: subject) }
      return
    }
    // What stands there already costs no write.
    guard !isNoted else { return }
    logger.warning("\(found.sentence)")
    try mirror.pulling.setAside([found])
  }
}
