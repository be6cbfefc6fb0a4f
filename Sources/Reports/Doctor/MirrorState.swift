import Store

/// Whether there is a mirror, and whether it is sound.
package enum MirrorState: Sendable {
  /// None was made yet.
  case absent
  /// It was looked through.
  case checked(CheckReport)
  /// It cannot be opened, in the words of who tried.
  case unusable(String)

  /// Looks through a mirror as `check` does, without reading the contents of files.
  /// - Parameters:
  ///   - path: the mirror's.
  ///   - isThere: whether there is anything under the path.
  ///   - contents: the folder of the contents of files.
  package init(ofMirrorAt path: String, isThere: Bool, contents: String) {
    guard isThere else {
      self = .absent
      return
    }
    do { self = .checked(try CheckReport(ofMirrorAt: path, contents: contents, isDeep: false)) } catch {
      self = .unusable("\(error)")
    }
  }

  /// What there is to say of it.
  var findings: [DoctorFinding] {
    switch self {
    case .absent:
      return [DoctorFinding(.note, .mirror, "there is no mirror yet", next: "social-mirror sync")]
    case .unusable(let words):
      return [
        DoctorFinding(.fault, .mirror, words, next: "put right what it names; social-mirror check", cause: .machine)
      ]
    case .checked(let report) where report.isSound:
      return [DoctorFinding(.fine, .mirror, "all is true of the mirror that is true of every one (check)")]
    case .checked(let report):
      return report.findings.filter { !$0.hasPrefix("next:") }.map {
        DoctorFinding(
          .fault, .mirror, $0, next: "social-mirror check tells what is lost and what to do", cause: .machine)
      }
    }
  }
}
