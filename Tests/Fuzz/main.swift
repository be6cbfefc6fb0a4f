import Foundation
import Support

/// `fuzz [COUNT [SEED]]`: sends random requests to a local API in this process and reports answers that must not be.
let arguments = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
let count = Int(arguments.first ?? 1_000_000)
let seed = arguments.dropFirst().first ?? UInt64.random(in: 1...UInt64(UInt32.max))
let fuzzer = try await RequestFuzzer()
print("fuzz: seed \(seed), \(count) cases")
let begun = Date()
let outcome = await fuzzer.run(seed: seed, count: count)
let rate = Double(outcome.cases) / Date().timeIntervalSince(begun)
let statuses = outcome.statuses.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
print("fuzz: \(outcome.cases) cases, \(Int(rate)) cases/s; \(statuses)")
for finding in outcome.findings { print(finding) }
exit(outcome.findings.isEmpty ? 0 : 1)
