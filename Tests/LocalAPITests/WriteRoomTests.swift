import Synchronization
import Testing

@testable import LocalAPI

/// Only so much of what clients write is read at a time, in the order in which it came.
@Suite struct WriteRoomTests {
  private final class Seen: Sendable {
    private let state = Mutex((order: [Int](), inside: 0, most: 0))
    var order: [Int] { state.withLock { $0.order } }
    var most: Int { state.withLock { $0.most } }

    func enter(_ number: Int, _ bytes: Int) {
      state.withLock { state in
        state.order.append(number)
        state.inside += bytes
        state.most = max(state.most, state.inside)
      }
    }
    func leave(_ bytes: Int) { state.withLock { $0.inside -= bytes } }
  }

  @Test func whoDoesNotFitWaitsInOrder() async {
    let (room, seen) = (WriteRoom(capacity: 10), Seen())
    await room.enter(6)
    await room.enter(4)
    await withTaskGroup { group in
      for number in 0..<3 {
        group.addTask {
          await room.enter(5)
          seen.enter(number, 5)
        }
        // Each stands behind the one before.
        while room.waiting <= number { await Task.yield() }
      }
      // It would fit, but for those before it; what is no document takes none.
      group.addTask {
        await room.enter(1)
        seen.enter(3, 1)
      }
      while room.waiting < 4 { await Task.yield() }
      await room.enter(0)
      #expect(seen.order.isEmpty)
      room.leave(4)
      #expect(room.waiting == 4, "five do not fit beside six")
      room.leave(6)
      while seen.order.count < 2 { await Task.yield() }
      #expect(seen.order.sorted() == [0, 1] && room.waiting == 2)
      room.leave(5)
      while seen.order.count < 3 { await Task.yield() }
      room.leave(5)
      await group.waitForAll()
    }
    #expect(Set(seen.order) == [0, 1, 2, 3] && room.waiting == 0)
  }

  @Test func oneThatIsLongerThanTheRoomGoesByItself() async {
    let (room, seen) = (WriteRoom(capacity: 10), Seen())
    await withTaskGroup { group in
      for number in 0..<200 {
        group.addTask {
          let bytes = number.isMultiple(of: 7) ? 25 : 1 + number % 4
          await room.enter(bytes)
          seen.enter(number, bytes)
          await Task.yield()
          seen.leave(bytes)
          room.leave(bytes)
        }
      }
    }
    #expect(seen.order.count == 200 && seen.most == 25 && room.waiting == 0)
  }
}
