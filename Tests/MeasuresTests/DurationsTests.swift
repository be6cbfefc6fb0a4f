import Measures
import Testing

/// Counts and histograms add up, whoever adds.
@Suite struct DurationsTests {
  @Test func whatIsAsLongAsABoundIsWithinIt() {
    let durations = Durations(bounds: [0.001, 0.5, 10])
    durations.note(nanoseconds: 1_000_000)
    durations.note(nanoseconds: 1_000_001)
    durations.note(.seconds(10))
    durations.note(.seconds(11))
    durations.note(nanoseconds: -5)
    let snapshot = durations.snapshot
    #expect(snapshot.within.map(\.bound) == [0.001, 0.5, 10])
    #expect(snapshot.within.map(\.number) == [2, 3, 4])
    #expect(snapshot.number == 5)
    #expect(abs(snapshot.seconds - 21.002_000_001) < 1e-9)
  }

  @Test func durationsWithoutEndDoNotTrap() {
    let durations = Durations(bounds: [1])
    durations.note(.seconds(Int64.max))
    durations.note(.seconds(Int64.min))
    #expect(durations.snapshot.number == 2)
  }

  @Test func nothingIsLostBetweenThreads() async {
    let durations = Durations(bounds: Durations.ofRequests)
    let count = Count()
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask {
          for each in 0..<5_000 {
            durations.note(nanoseconds: (task * 5_000 + each) * 1_000)
            count.add(2)
          }
        }
      }
    }
    let snapshot = durations.snapshot
    #expect(snapshot.number == 40_000 && count.total == 80_000)
    #expect(snapshot.within.first { $0.bound == 0.01 }?.number == 10_001)
    #expect(snapshot.within.last?.number == 40_000)
    #expect(abs(snapshot.seconds - 799.98) < 1e-6)
  }

  @Test func answersAreCountedByKindAndClass() {
    let measures = AnswerMeasures()
    for status in [200, 201, 204, 304, 404, 404, 500, 99] {
      measures.note(.collection, status: status, nanoseconds: 1)
    }
    measures.note(.file, status: 206, nanoseconds: 1)
    #expect(measures.numbers(of: .collection).map(\.number) == [3, 1, 2, 2])
    #expect(measures.numbers(of: .collection).map(\.outcome.label) == ["2xx", "3xx", "4xx", "5xx"])
    #expect(measures.durations(of: .collection).number == 8)
    #expect(measures.numbers(of: .file).map(\.number) == [1, 0, 0, 0])
    #expect(measures.durations(of: .own).number == 0)
  }
}
