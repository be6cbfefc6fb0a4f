import Support
import Testing

@Suite struct FuzzTests {
  /// A small part of what `make fuzz` does.
  @Test func oddRequestsGetAnswersOfASite() async throws {
    let outcome = try await RequestFuzzer().run(seed: 20_261_124, count: 3000)
    #expect(outcome.findings.isEmpty, "\(outcome.findings.map(\.description).joined(separator: "\n"))")
    #expect(outcome.cases == 3000 && outcome.statuses.keys.contains(200) && outcome.statuses.keys.contains(400))
  }
}
