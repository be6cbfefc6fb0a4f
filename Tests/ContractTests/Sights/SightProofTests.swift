import Foundation
import Support
import Testing

/// Two clients of one sight ask the same of two mirrors that differ only in what the sight hides: every answer is byte for byte the
/// same. Then what is hidden changes under one of them while it serves, and still every answer is. `SIGHT_SEED` and `SIGHT_CASES`
/// play another seed, and more questions.
@Suite struct SightProofTests {
  private static let settings = ProcessInfo.processInfo.environment
  private static let seed = settings["SIGHT_SEED"].flatMap { UInt64($0) } ?? 20_261_128
  private static let count = settings["SIGHT_CASES"].flatMap { Int($0) } ?? 1_000

  @Test(arguments: SightCase.all) func nothingHiddenIsTold(sight: SightCase) async throws {
    let pair = try await SightPair(sight, seed: Self.seed, count: Self.count)
    let hidden = pair.counts
    #expect(hidden.removed + hidden.added + hidden.changed + hidden.fields > 0, "nothing is hidden")
    let before = await pair.compare()
    let reachable = await pair.differencesForTheGreater()
    let change = try await pair.changeHidden()
    // First what was kept of answers, then what clients have.
    let after = await pair.compare()
    let known = await pair.compare(knowing: before.tags)
    let rounds = [("at first", before), ("after a change", after), ("with tags, after a change", known)]
    for (when, comparison) in rounds {
      for difference in comparison.differences.prefix(5) {
        Issue.record("seed \(Self.seed), sight of \(sight.testDescription), \(when): \(difference)")
      }
      #expect(comparison.differences.isEmpty, "\(comparison.differences.count) of \(comparison.compared)")
    }
    let statuses = before.statuses.sorted { $0.key < $1.key }.map { "\($0.key) × \($0.value)" }.joined(separator: ", ")
    print(
      """
      sight proof: seed \(Self.seed), sight of \(sight.testDescription): hidden rows \(hidden.removed) removed, \
      \(hidden.added) added, \(hidden.changed) changed, \(hidden.fields) hidden fields changed, later \(change.rows) rows \
      and \(change.writes) writes; \(pair.questions.count) questions (\(statuses)), \
      \(2 * rounds.reduce(0) { $0 + $1.1.compared }) answers compared, \
      \(rounds.reduce(0) { $0 + $1.1.differences.count }) different, \(known.statuses[304] ?? 0) times 304; \
      of every tenth question \(reachable) are answered otherwise to who sees everything
      """)
    // The questions reach what is hidden, pages show rows, and tags that are known still hold.
    #expect(reachable > 0 && before.shown > pair.questions.count / 20)
    #expect(known.statuses[304, default: 0] > before.tags.count / 2)
  }

  /// The proof would find what it looks for.
  @Test(arguments: SightLeak.Kind.allCases) func aPlantedLeakIsFound(kind: SightLeak.Kind) async throws {
    let sight = try #require(SightCase.all.last)
    let pair = try await SightPair(sight, seed: Self.seed, count: Self.count / 2)
    let leak = SightLeak(kind)
    let before = await pair.compare(leak: leak)
    _ = try await pair.changeHidden()
    let after = await pair.compare(leak: leak)
    let known = await pair.compare(knowing: before.tags, leak: leak)
    let found = (before.differences + after.differences + known.differences).count
    print(
      "sight proof: seed \(Self.seed), planted leak in \(kind.rawValue): \(found) of \(3 * before.compared) found it")
    #expect(found > 0)
    if kind == .notModified { #expect(known.differences.contains { $0.contains("status 304 and 200") }) }
  }
}
