import Foundation
import Testing

/// What is written of the house holds: the map of rooms, the walks, names, the version, and the limits of what is still to be
/// tidied up. The rules are those of `make house`, which also counts.
@Suite struct HouseTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  @Test func whatHasToHoldHolds() throws {
    let check = Process()
    check.executableURL = URL(filePath: "/usr/bin/env")
    check.arguments = [
      ProcessInfo.processInfo.environment["PYTHON"] ?? "python3", Self.root.appending(path: "tools/house").path,
      "--check",
    ]
    let said = Pipe()
    check.standardOutput = said
    check.standardError = said
    try check.run()
    let text = String(decoding: said.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    check.waitUntilExit()
    #expect(check.terminationStatus == 0, "\(text)")
  }
}
