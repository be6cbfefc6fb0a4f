import Foundation
import Testing

@testable import LocalAPI

private let openssl = ["/usr/bin/openssl", "/usr/local/bin/openssl", "/opt/homebrew/bin/openssl"]
  .first { FileManager.default.isExecutableFile(atPath: $0) }

/// A certificate that is renewed while the server runs.
@Suite(.enabled(if: openssl != nil)) struct CertificateRenewalTests {
  private static func make(_ certificate: String, _ key: String) throws {
    let maker = Process()
    maker.executableURL = URL(filePath: try #require(openssl))
    maker.arguments = [
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
      "/CN=localhost", "-keyout", key, "-out", certificate,
    ]
    maker.standardError = FileHandle.nullDevice
    try maker.run()
    maker.waitUntilExit()
    try #require(maker.terminationStatus == 0)
  }

  @Test func itIsTakenOnceItFitsItsKey() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "renewal-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (certificate, key) = (folder.appending(path: "certificate.pem").path, folder.appending(path: "key.pem").path)
    try Self.make(certificate, key)
    let certificates = try ServerCertificates(certificate, key)
    let first = certificates.context
    #expect(try !certificates.renew() && certificates.context === first)

    // The key comes first: it does not fit yet, and what was there before goes on. It is not tried again and again.
    let (newCertificate, newKey) = (certificate + ".new", key + ".new")
    try Self.make(newCertificate, newKey)
    try FileManager.default.removeItem(atPath: key)
    try FileManager.default.moveItem(atPath: newKey, toPath: key)
    #expect(throws: (any Error).self) { try certificates.renew() }
    #expect(try !certificates.renew() && certificates.context === first)

    try FileManager.default.removeItem(atPath: certificate)
    try FileManager.default.moveItem(atPath: newCertificate, toPath: certificate)
    #expect(try certificates.renew())
    let second = certificates.context
    #expect(second !== first)

    try Data("no certificate".utf8).write(to: URL(filePath: certificate))
    #expect(throws: (any Error).self) { try certificates.renew() }
    try FileManager.default.removeItem(atPath: certificate)
    #expect(throws: (any Error).self) { try certificates.renew() }
    #expect(certificates.context === second)
  }
}
