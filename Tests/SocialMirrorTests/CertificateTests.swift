import Foundation
import JSONAPI
import Testing

private let openssl = ["/usr/bin/openssl", "/usr/local/bin/openssl", "/opt/homebrew/bin/openssl"]
  .first { FileManager.default.isExecutableFile(atPath: $0) }

/// A site with a certificate that no one knows.
@Suite(.enabled(if: openssl != nil)) struct CertificateTests {
  @Test func isNotTrusted() async throws {
    let openssl = try #require(openssl)
    let place = try Workplace("https://127.0.0.1:1")
    let files = ["-keyout", place.folder + "/key.pem", "-out", place.folder + "/certificate.pem"]
    let maker = process(
      openssl,
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
        "/CN=site", "-addext", "subjectAltName=IP:127.0.0.1",
      ] + files)
    try maker.run()
    maker.waitUntilExit()
    try #require(maker.terminationStatus == 0)
    let server = process(
      openssl,
      [
        "s_server", "-accept", "127.0.0.1:0", "-key", place.folder + "/key.pem", "-cert",
        place.folder + "/certificate.pem", "-www",
      ])
    let (output, input) = (Pipe(), Pipe())
    server.standardOutput = output
    // It ends when its input does.
    server.standardInput = input
    try server.run()
    defer {
      kill(server.processIdentifier, SIGKILL)
      server.waitUntilExit()
      withExtendedLifetime(input) {}
    }
    var text = ""
    while text.firstMatch(of: /ACCEPT \S*:(\d+)\n/) == nil {
      let data = output.fileHandleForReading.availableData
      try #require(!data.isEmpty, "openssl ended: \(text)")
      text += String(decoding: data, as: UTF8.self)
    }
    let port = try #require(text.firstMatch(of: /ACCEPT \S*:(\d+)\n/)).1
    let run = try await place.run(["sync"], environment: ["SITE_BASE_URL": "https://127.0.0.1:\(port)"])
    #expect(run.code == 3, "\(run.all)")
    #expect(run.err.contains("is not trusted"), "\(run.err)")
    #expect(run.err.contains("site.caFile"), "\(run.err)")
  }

  private func process(_ path: String, _ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    return process
  }
}
