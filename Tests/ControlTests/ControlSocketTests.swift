import Foundation
import Support
import Testing

@testable import Control

/// The socket's place in the file system.
@Suite(.timeLimit(.minutes(5))) struct ControlSocketTests {
  private func refusal(_ place: ControlPlace) async -> ControlFault? {
    do { try await place.server.run() } catch { return error as? ControlFault }
    return nil
  }

  @Test func theSocketOfADeadProcessIsReplaced() async throws {
    let place = try ControlPlace()
    let left = try place.socket.make()
    close(left.descriptor)
    #expect(access(place.socket.path, F_OK) == 0)
    try await place.whileListening { _ in
      let reply = try await ControlClient(place.socket).ask(.round) { _ in }
      #expect(reply != .nobody)
    }
  }

  @Test func oneWhoLivesIsRespected() async throws {
    let place = try ControlPlace()
    try await place.whileListening { _ in
      #expect(await refusal(place) == .taken(place.socket.path))
      let reply = try await ControlClient(place.socket).ask(.round) { _ in }
      #expect(reply != .nobody)
    }
  }

  @Test func whatIsNoSocketIsLeft() async throws {
    let place = try ControlPlace()
    try Data("notes".utf8).write(to: URL(filePath: place.socket.path))
    #expect(await refusal(place) == .noSocket(place.socket.path))
    #expect(try Data(contentsOf: URL(filePath: place.socket.path)) == Data("notes".utf8))
  }

  @Test func aPathThatIsTooLongIsSaid() async throws {
    let path = "/tmp/" + String(repeating: "x", count: 120)
    let socket = ControlSocket(ofMirrorAt: path)
    #expect(throws: ControlFault.pathTooLong(path + ".control")) { try socket.make() }
    #expect(ControlFault.pathTooLong(path + ".control").description.contains("133 bytes, and may have 103"))
    #expect(try await ControlClient(socket).ask(.round) { _ in } == .nobody)
  }

  /// Another may have put its own there meanwhile.
  @Test func onlyItsOwnIsTakenAway() throws {
    let place = try ControlPlace()
    let own = try place.socket.make()
    unlink(place.socket.path)
    let others = ControlSocket(ofMirrorAt: place.folder + "/other")
    let other = try others.make()
    #expect(rename(others.path, place.socket.path) == 0)
    place.socket.remove(own)
    #expect(access(place.socket.path, F_OK) == 0)
    for descriptor in [own.descriptor, other.descriptor] { close(descriptor) }
  }

  @Test func onlyItsOwnUserAndRootMayAsk() {
    #expect(Peer(process: 1, user: 1000).mayAsk(processOf: 1000))
    #expect(Peer(process: 1, user: 0).mayAsk(processOf: 1000))
    #expect(!Peer(process: 1, user: 1001).mayAsk(processOf: 1000))
    // What the system cannot name (a user of another namespace).
    #expect(!Peer(process: 0, user: 65_534).mayAsk(processOf: 1000))
    #expect(!Peer(process: 1, user: 1000).mayAsk(processOf: 0))
  }
}
