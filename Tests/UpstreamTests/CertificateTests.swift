import Foundation
import Testing

@testable import Upstream

private let openssl = ["/usr/bin/openssl", "/usr/local/bin/openssl", "/opt/homebrew/bin/openssl"]
  .first { FileManager.default.isExecutableFile(atPath: $0) }

/// TLS by `openssl s_server`, with a certificate that no one knows.
@Suite(.enabled(if: openssl != nil), .serialized) struct CertificateTests {
  @Test func unknownAuthoritiesAreRefusedUnlessNamed() async throws {
    try await withTLSServer(names: "IP:127.0.0.1") { port, caFile in
      let refused = try await ask(port: port, caFile: nil)
      #expect(refused.error?.kind == .certificate)
      #expect(refused.error?.message.contains("site.caFile") == true)
      #expect(refused.error?.mayHaveArrived == false)

      let accepted = try await ask(port: port, caFile: caFile)
      #expect(accepted.response?.body == Array("over TLS".utf8), "\(String(describing: accepted.error))")

      let missing = try await ask(port: port, caFile: caFile + ".missing")
      #expect(missing.error?.kind == .certificate)
      #expect(missing.error?.message.contains(".missing") == true)
    }
  }

  @Test func theNameHasToFitEvenWithAllowInsecure() async throws {
    try await withTLSServer(names: "DNS:other.example") { port, caFile in
      let refused = try await ask(port: port, caFile: caFile)
      #expect(refused.error?.kind == .certificate)
    }
  }

  private func ask(port: Int, caFile: String?) async throws -> (response: InboundResponse?, error: TransportError?) {
    let origin = "https://127.0.0.1:\(port)"
    var settings = TransportSettings(origin: try WebOrigin(of: origin))
    settings.caFile = caFile
    settings.allowInsecure = true
    let transport = try CurlTransport(settings, logger: quiet)
    defer { transport.shutdown() }
    do {
      return (try await transport.send(OutboundRequest(url: origin + "/answer")), nil)
    } catch let error as TransportError {
      return (nil, error)
    }
  }

  private func withTLSServer(names: String, _ body: (Int, String) async throws -> Void) async throws {
    let openssl = try #require(openssl)
    try await withFolder { folder in
      let key = folder + "/key.pem"
      let certificate = folder + "/certificate.pem"
      let maker = process(
        openssl,
        [
          "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out",
          certificate, "-days", "2", "-subj", "/CN=scripted", "-addext", "subjectAltName=\(names)",
        ], in: folder)
      try maker.run()
      maker.waitUntilExit()
      try #require(maker.terminationStatus == 0)
      let answer = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\nover TLS"
      try Data(answer.utf8).write(to: URL(filePath: folder + "/answer"))

      let server = process(
        openssl, ["s_server", "-accept", "127.0.0.1:0", "-key", key, "-cert", certificate, "-HTTP"], in: folder)
      let output = Pipe()
      server.standardOutput = output
      // It ends when its input does, so the input stays open.
      let input = Pipe()
      server.standardInput = input
      try server.run()
      defer {
        // Not SIGTERM: it inherits the signals that Dispatch's threads block.
        kill(server.processIdentifier, SIGKILL)
        server.waitUntilExit()
        withExtendedLifetime(input) {}
      }
      try await body(try port(from: output), certificate)
    }
  }

  private func process(_ path: String, _ arguments: [String], in folder: String) -> Process {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: folder)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    return process
  }

  /// Reads `ACCEPT 127.0.0.1:4711`, which openssl prints when it listens.
  private func port(from pipe: Pipe) throws -> Int {
    var text = ""
    while true {
      let data = pipe.fileHandleForReading.availableData
      try #require(!data.isEmpty, "openssl ended: \(text)")
      text += String(decoding: data, as: UTF8.self)
      for line in text.split(separator: "\n").dropLast(text.hasSuffix("\n") ? 0 : 1) where line.hasPrefix("ACCEPT ") {
        return try #require(line.split(separator: ":").last.flatMap { Int($0) })
      }
    }
  }
}
