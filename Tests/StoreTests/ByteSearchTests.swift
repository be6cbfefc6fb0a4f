import Support
import Testing

@testable import Store

@Suite struct ByteSearchTests {
  @Test func whatIsThereIsFound() {
    var random = SplitMix(state: 7)
    for _ in 0..<3_000 {
      let text = (0..<random.below(60)).map { _ in UInt8(97 + random.below(2)) }
      let wanted = (0..<random.below(6)).map { _ in UInt8(97 + random.below(2)) }
      let isThere = wanted.isEmpty || text.indices.contains { text[$0...].starts(with: wanted) }
      #expect(found(wanted, in: text) == isThere)
    }
  }

  @Test func textOfBeginningsTakesNoLonger() {
    let text = [UInt8](repeating: 97, count: 2_000_000)
    let wanted = [UInt8](repeating: 97, count: 20_000) + [98]
    let search = ProcessorTime.of { found(wanted, in: text) }
    #expect(!search.outcome)
    // Comparing at each place would look at 40,000 million bytes.
    #expect(search.time < .seconds(1))
    #expect(found(wanted, in: text + wanted))
    #expect(!found(wanted + text, in: text))
  }

  private func found(_ wanted: [UInt8], in text: [UInt8]) -> Bool {
    wanted.withUnsafeBytes { wanted in text.withUnsafeBytes { ByteSearch.found(wanted, in: $0) } }
  }
}
