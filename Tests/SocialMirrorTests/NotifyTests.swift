import Support
import Foundation
import JSONAPI
import SampleSite
import Testing

/// The daemon and its service manager: the protocol of sd_notify(3), spoken to a real socket.
@Suite struct NotifyTests {
  @Test(.timeLimit(.minutes(5))) func theDaemonSaysHowItIs() async throws {
    try await SampleSite.withRunningSite { _, base in
      let place = try Workplace(base, ["localAPI.port": 0, "admin.port": 0, "site.entityTypes": ["node"]])
      let manager = try NotifySocket(path: place.folder + "/notify")
      let environment = ["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "200000"]
      let run = try await place.run(["run"], environment: environment) { process in
        try await manager.wait { $0.contains("READY=1") }
        try await manager.wait { $0.contains { $0.hasPrefix("STATUS=Round at ") } }
        try await manager.wait { $0.filter { $0 == "WATCHDOG=1" }.count > 2 }

        let config = try String(contentsOfFile: place.config, encoding: .utf8)
        try #"{"log":{"level":"debug"},"#.appending(config.dropFirst()).write(
          toFile: place.config, atomically: true, encoding: .utf8)
        kill(process, SIGHUP)
        try await manager.wait { $0.contains { $0.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") } }
        try await manager.wait { $0.contains { $0.hasPrefix("READY=1\nSTATUS=") && $0.contains("log.level") } }

        try "{ broken".write(toFile: place.config, atomically: true, encoding: .utf8)
        kill(process, SIGHUP)
        try await manager.wait { $0.contains { $0.contains("stays in force") } }
        try await Task.sleep(for: .milliseconds(300))
        kill(process, SIGTERM)
      }
      #expect(run.code == 0, "\(run.all)")
      try await manager.wait { $0.last { !$0.hasPrefix("STATUS=") && $0 != "WATCHDOG=1" } == "STOPPING=1" }
    }
  }
}

/// A socket to which a daemon says how it is.
private final class NotifySocket: Sendable {
  let path: String
  private let descriptor: Int32

  init(path: String) throws {
    self.path = path
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let length = socklen_t(MemoryLayout<sockaddr_un>.size)
    let mine = descriptor
    let isBound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(mine, $0, length) == 0 }
    }
    try #require(isBound, "the folder of temporary files has too long a name")
  }

  deinit { close(descriptor) }

  private let heard = Heard()

  /// Waits until what was said so far is as expected. The test's time limit ends it.
  func wait(until isFine: ([String]) -> Bool) async throws {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      while case let count = recv(descriptor, &buffer, buffer.count, 0), count > 0 {
        await heard.add(String(decoding: buffer[..<count], as: UTF8.self))
      }
      if isFine(await heard.lines) { return }
      try await Task.sleep(for: .milliseconds(10))
    }
  }
}

private actor Heard {
  var lines: [String] = []
  func add(_ line: String) { lines.append(line) }
}
