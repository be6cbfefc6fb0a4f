import Foundation
import Support
import Testing

@Suite struct FuzzTests {
  /// A small part of what `make fuzz` does.
  @Test func oddRequestsGetAnswersOfASite() async throws {
    let outcome = try await RequestFuzzer().run(seed: 20_261_124, count: 3000)
    #expect(outcome.findings.isEmpty, "\(outcome.findings.map(\.description).joined(separator: "\n"))")
    #expect(outcome.cases == 3000 && outcome.statuses.keys.contains(200) && outcome.statuses.keys.contains(400))
  }

  /// A small part of what `make fuzz-coverage` does: its seeds, and what is near to them.
  @Test(arguments: FuzzTarget.allCases) func whatComesInHasAnAnswer(target: FuzzTarget) async throws {
    let targets = try await FuzzTargets()
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let folder = tests.appending(path: "CoverageFuzz/seeds/\(target.rawValue)")
    let seeds = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(!seeds.isEmpty)
    var random = SplitMix(state: 20_261_128)
    for name in seeds {
      let seed = Array(try Data(contentsOf: folder.appending(path: name)))
      for round in 0..<150 {
        let input = round == 0 ? seed : Self.changed(seed, &random)
        let fault = await targets.run(target, input)
        #expect(fault == nil, "\(name), round \(round): \(String(decoding: input, as: UTF8.self))")
      }
    }
  }

  /// Some bytes are others, missing, or there twice.
  private static func changed(_ seed: [UInt8], _ random: inout SplitMix) -> [UInt8] {
    var bytes = seed
    for _ in 0...random.next(of: 6) where !bytes.isEmpty {
      let at = random.next(of: bytes.count)
      switch random.next(of: 4) {
      case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next(of: 256))
      case 1: bytes.removeSubrange(at..<min(at + random.next(of: 9), bytes.count))
      case 2:
        let piece = Array(bytes[at..<min(at + 30, bytes.count)])
        bytes.insert(contentsOf: piece, at: random.next(of: bytes.count))
      default: bytes.insert(random.pick(Array("[]{}%&=\\.,:0".utf8)), at: at)
      }
    }
    return bytes
  }
}
