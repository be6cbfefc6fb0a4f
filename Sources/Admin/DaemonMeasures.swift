import Measures
import Reports

/// What a daemon measures of itself while it runs: everything counts from the start of the process.
package struct DaemonMeasures: Sendable {
  /// How the site is asked.
  package var site: SiteMeasures
  /// How the local API answers.
  package var answers: AnswerMeasures
  /// What rounds and pushes do.
  package var rounds: RoundMeasures
  /// How late event loops are.
  let loops = LoopLag()
  /// The program's version.
  package var version: String
  /// When the process began, Unix seconds.
  package var started: Int64
  /// How many tries to sign in to the local API were refused since then.
  package var refusedSignIns: @Sendable () -> RefusedSignIns?

  /// Measures.
  package init(
    site: SiteMeasures = SiteMeasures(), answers: AnswerMeasures = AnswerMeasures(),
    rounds: RoundMeasures = RoundMeasures(), version: String = "", started: Int64 = 0,
    refusedSignIns: @escaping @Sendable () -> RefusedSignIns? = { nil }
  ) {
    self.site = site
    self.answers = answers
    self.rounds = rounds
    self.version = version
    self.started = started
    self.refusedSignIns = refusedSignIns
  }
}
