import Foundation
import JSONAPI
import Testing

private let openssl = ["/usr/bin/openssl", "/usr/local/bin/openssl", "/opt/homebrew/bin/openssl"]
  .first { FileManager.default.isExecutableFile(atPath: $0) }

/// A site with a certificate that no one knows.
@Suite(.enabled(if: openssl != nil)) struct CertificateTests {
  @Test func isNotTrusted() async throws {
    let place = try Workplace("https://127.0.0.1:1")
    try await withServer(in: place.folder, certificate: Self.certificate) { port in
      let run = try await place.run(["sync"], environment: ["SITE_BASE_URL": "https://127.0.0.1:\(port)"])
      #expect(run.code == 3, "\(run.all)")
      #expect(run.err.contains("is not trusted"), "\(run.err)")
      #expect(run.err.contains("site.caFile"), "\(run.err)")
    }
  }

  /// One that is known, and out of date: `doctor` says which it is, and that a wrong clock looks the same.
  @Test func isOutOfDate() async throws {
    let place = try Workplace("https://127.0.0.1:1", ["localAPI.port": 0, "admin.port": 0])
    try await withServer(in: place.folder, certificate: Self.expired) { port in
      let run = try await place.run(
        ["doctor"],
        environment: ["SITE_BASE_URL": "https://127.0.0.1:\(port)", "SITE_CA_FILE": place.folder + "/certificate.pem"])
      #expect(run.code == 3, "\(run.all)")
      #expect(run.out.contains("certificate has expired"), "\(run.all)")
      #expect(run.out.contains("next: on the site's server: renew it") && run.out.contains("timedatectl"), "\(run.all)")
    }
  }

  /// How a certificate is made: key and certificate go into files of these names in the folder where openssl runs.
  private static let certificate = [["req", "-x509", "-days", "2", "-out", "certificate.pem"] + key]
  private static let expired = [
    ["req", "-out", "request.pem"] + key,
    [
      "x509", "-req", "-in", "request.pem", "-signkey", "key.pem", "-days", "-1", "-copy_extensions", "copy", "-out",
      "certificate.pem",
    ],
  ]
  private static let key = [
    "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=site", "-addext",
    "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem",
  ]

  /// Runs a server with a certificate for as long as a closure needs it, and tells its port.
  private func withServer(in folder: String, certificate: [[String]], _ body: (Substring) async throws -> Void)
    async throws
  {
    let openssl = try #require(openssl)
    for arguments in certificate {
      let maker = process(openssl, arguments, in: folder)
      try maker.run()
      maker.waitUntilExit()
      try #require(maker.terminationStatus == 0, "\(arguments)")
    }
    let server = process(
      openssl, ["s_server", "-accept", "127.0.0.1:0", "-key", "key.pem", "-cert", "certificate.pem", "-www"], in: folder
    )
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
    try await body(try #require(text.firstMatch(of: /ACCEPT \S*:(\d+)\n/)).1)
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
}
