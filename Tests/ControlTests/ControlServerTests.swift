import Foundation
import Support
import Synchronization
import Testing

@testable import Control

/// The socket with clients of every kind.
@Suite(.timeLimit(.minutes(5))) struct ControlServerTests {
  @Test func aClientHearsItsRoundToTheEnd() async throws {
    let place = try ControlPlace()
    try await place.whileListening { _ in
      let heard = Mutex<[RoundEvent]>([])
      let outcome = try await ControlClient(place.socket).ask(.sweep) { event in heard.withLock { $0.append(event) } }
      #expect(
        outcome == .ended(RoundEnding(code: 0, lines: [.init(.summary, "a round with a sweep of everything")])))
      #expect(heard.withLock { $0 } == [.replied(.begun), .begun, .progress("under way")])
      var info = stat()
      let isThere = lstat(place.socket.path, &info) == 0
      #expect(isThere && info.st_mode & 0o7777 == 0o600)
    }
    #expect(access(place.socket.path, F_OK) != 0, "the socket is left behind")
    #expect(try await ControlClient(place.socket).ask(.sweep) { _ in } == .nobody)
  }

  @Test func aRoundThatWaitsIsAnsweredAtTheEndOfTheDaemon() async throws {
    let place = try ControlPlace()
    try await place.whileListening(isScheduled: false) { server in
      async let outcome = ControlClient(place.socket).ask(.full) { _ in }
      while await place.desk.course.waiting == 0 { try await Task.sleep(for: .milliseconds(10)) }
      place.desk.close("the daemon ends", code: 1)
      await server.drain(atMost: .seconds(10))
      let ended = try await outcome
      #expect(ended == .ended(RoundEnding(code: 1, lines: [.init(.finding, "the daemon ends")])))
      #expect(try await ControlClient(place.socket).ask(.full) { _ in } == .refused("the daemon ends"))
    }
  }

  /// The listener is gone, without a word.
  @Test func aDaemonThatDiesIsNoticed() async throws {
    let place = try ControlPlace()
    let asking = Mutex<Task<ControlClient.Outcome, any Error>?>(nil)
    try await place.whileListening(isScheduled: false) { _ in
      asking.withLock { $0 = Task { try await ControlClient(place.socket).ask(.full) { _ in } } }
      while await place.desk.course.waiting == 0 { try await Task.sleep(for: .milliseconds(10)) }
    }
    let asked = try #require(asking.withLock { $0 })
    await #expect(throws: ControlFault.lost) { try await asked.value }
  }

  @Test func aClientThatHangsUpLeavesTheRound() async throws {
    let place = try ControlPlace()
    try await place.whileListening(isScheduled: false) { server in
      let asking = Task { try await ControlClient(place.socket).ask(.full) { _ in } }
      while await place.desk.course.waiting == 0 { try await Task.sleep(for: .milliseconds(10)) }
      asking.cancel()
      await #expect(throws: CancellationError.self) { try await asking.value }
      await server.drain(atMost: .seconds(10))
      let turn = try #require(place.desk.begin())
      #expect(turn.wish == .full && !place.desk.isHeard(turn))
    }
  }

  /// One that is stopped, or stuck, still has its socket.
  @Test func aDaemonThatSaysNothingIsNotTakenForDead() async throws {
    let place = try ControlPlace()
    let made = try place.socket.make()
    defer {
      place.socket.remove(made)
      close(made.descriptor)
    }
    #expect(listen(made.descriptor, 8) == 0)
    await #expect(throws: ControlFault.silent(seconds: 1)) {
      try await ControlClient(place.socket, patience: .seconds(1)).ask(.round) { _ in }
    }
  }

  @Test func aSocketThatIsTakenAwayIsNoticed() async throws {
    let place = try ControlPlace()
    let server = ControlServer(socket: place.socket, desk: place.desk, logger: silentLog, look: .milliseconds(20))
    let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { isReady.finish() }
        try await server.run { isReady.finish() }
      }
      for await _ in ready {}
      async let outcome = ControlClient(place.socket).ask(.full) { _ in }
      while await place.desk.course.waiting == 0 { try await Task.sleep(for: .milliseconds(10)) }
      #expect(unlink(place.socket.path) == 0)
      try await Task.sleep(for: .milliseconds(200))
      // Who is connected is answered first.
      let turn = try #require(place.desk.begin())
      place.desk.end(turn, RoundEnding(code: 0, lines: []))
      #expect(try await outcome == .ended(RoundEnding(code: 0, lines: [])))
      try await group.next()
    }
    // It may be listened on again.
    let made = try place.socket.make()
    place.socket.remove(made)
    close(made.descriptor)
  }

  // MARK: Hostile clients

  @Test(arguments: [
    ("nonsense\n", "not JSON"), ("{\"do\":\"round\",\"only\":[]} trailing\n", "not JSON"),
    ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "not JSON"), ("{\"do\":\"shutdown\"}\n", "does not do"), ("\n", "not JSON"),
  ])
  func whatIsNoRequestIsToldSo(text: String, words: String) async throws {
    let place = try ControlPlace()
    try await place.whileListening { _ in
      let said = await place.raw { ControlPlace.send(Array(text.utf8), to: $0) }
      // Who sends more than a line may be hung up on at once.
      #expect(said.contains(words) && said.contains("refused") || said.isEmpty && text.contains("\r\n"), "\(said)")
      #expect(await place.desk.course.waiting == 0)
    }
  }

  /// Slow, and without an end of the line: both are hung up on in time, and others are served meanwhile.
  @Test func aSlowClientHoldsUpNobody() async throws {
    let place = try ControlPlace()
    try await place.whileListening { _ in
      async let silent = place.raw { _ in }
      async let endless = place.raw { ControlPlace.send(Array("{\"do\":\"round\"}".utf8), to: $0) }
      async let dripping = place.raw { descriptor in
        for _ in 0..<40 where ControlPlace.send([0x20], to: descriptor) == 1 { usleep(250_000) }
      }
      let outcome = try await ControlClient(place.socket).ask(.round) { _ in }
      #expect(outcome == .ended(RoundEnding(code: 0, lines: [.init(.summary, "a round")])))
      let began = ContinuousClock.now
      for said in await [silent, endless, dripping] { #expect(said.contains("did not come in time"), "\(said)") }
      #expect(ContinuousClock.now - began < .seconds(60))
    }
  }

  @Test func aGigabyteIsNotRead() async throws {
    let place = try ControlPlace()
    try await place.whileListening { _ in
      let taken = Mutex(0)
      let said = await place.raw { descriptor in
        let piece = [UInt8](repeating: 0x78, count: 1 << 20)
        for _ in 0..<1_024 {
          let count = ControlPlace.send(piece, to: descriptor)
          taken.withLock { $0 += count }
          if count < piece.count { break }
        }
      }
      #expect(said.contains("too long"), "\(said)")
      #expect(taken.withLock { $0 } < 256 << 20)
      let reply = try await ControlClient(place.socket).ask(.round) { _ in }
      #expect(reply != .nobody)
    }
  }

  /// A thousand at once: so many are let in, the others are told so, and afterwards all is as before.
  @Test func aThousandConnectionsAreBorne() async throws {
    // Both ends are of this process.
    var limit = rlimit()
    _ = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = min(limit.rlim_max, max(limit.rlim_cur, 4_096))
    _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    let place = try ControlPlace()
    try await place.whileListening { server in
      let open = Mutex<[Int32]>([])
      _ = await place.raw { _ in
        for _ in 0..<1_000 {
          let descriptor = ControlPlace.connected(to: place.socket.path)
          if descriptor < 0 { break }
          open.withLock { $0.append(descriptor) }
        }
      }
      let connected = open.withLock { $0 }
      #expect(connected.count > 64)
      for descriptor in connected { close(descriptor) }
      await server.drain(atMost: .seconds(20))
      let reply = try await ControlClient(place.socket).ask(.round) { _ in }
      #expect(reply != .nobody)
    }
  }
}
