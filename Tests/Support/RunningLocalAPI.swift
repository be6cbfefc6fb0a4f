import Foundation
import Glibc
import JSONAPI
import LocalAPI
import Logging
import Store
import TokenIssuer

/// A local API on a free port of loopback, asked with requests as they go over the wire.
package struct RunningLocalAPI: Sendable {
  /// What came back.
  package struct Answer: Sendable {
    /// The HTTP status.
    package var status: Int
    /// Header fields; names in lower case.
    package var fields: [String: String]
    /// The content.
    package var body: [UInt8]
    /// The content as text.
    package var text: String { String(decoding: body, as: UTF8.self) }
    /// The content, parsed.
    package var document: JSON { get throws { try JSON(parsing: body) } }
  }

  /// The port that the system chose.
  package let port: Int
  /// `http://127.0.0.1:port`.
  package var base: String { "http://127.0.0.1:\(port)" }

  /// Names that tests ask for beside loopback's.
  private static let hosts = ["mirror", "mirror.example.net", "elsewhere.example"]

  /// A server over a mirror that is not listening: it answers in this process. Clients and people as in `serving`.
  /// - Parameters:
  ///   - accessTokenSeconds: how long tokens are good; slow machines would outlive the usual time.
  ///   - readLimit: how long one read may take, or the check of one write; slow machines would pass the usual limit.
  ///   - change: makes other settings of the usual ones.
  package static func prepared(
    _ made: CrawledMirror, accessTokenSeconds: Int = 30 * 86_400, readLimit: Duration = .seconds(30),
    filesPath: String? = nil, logger: Logger = silentLog,
    now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) },
    changing change: (inout LocalAPISettings) -> Void = { _ in }
  ) async throws -> LocalAPIServer {
    let cost = SecretHash.Cost(logarithm: 1)
    try made.mirror.tokens.save(
      ConsumerRow(
        id: "reports", label: "Reports", secretHash: SecretHash.make("client secret", cost: cost).encoded,
        grants: Grant.allCases.map(\.rawValue), scopes: Scopes.standard, created: 1))
    try made.mirror.tokens.saveAccount(
      name: "ann", passwordHash: SecretHash.make("her password", cost: cost).encoded, userUUID: CrawledMirror.account,
      scopes: Scopes.standard, at: 1)
    let keyPath = made.folder.appending(path: "key.pem").path
    try SharedSigningKey.put(at: keyPath)
    var settings = LocalAPISettings(host: "127.0.0.1", port: 0, signingKeyPath: keyPath)
    settings.accessTokenSeconds = accessTokenSeconds
    settings.readLimit = readLimit
    // Tests come with more wrong secrets, all from one address, than anybody is to try.
    settings.guesses = .none
    settings.filesPath = filesPath
    settings.allowedHosts = hosts
    change(&settings)
    return try await LocalAPIServer(mirror: made.mirror, settings: settings, logger: logger, now: now)
  }

  /// Serves a mirror as long as `body` runs. It knows the client `reports` with the secret `client secret`, and the person
  /// `ann` with the password `her password`.
  package static func serving<Value: Sendable>(
    _ made: CrawledMirror, filesPath: String? = nil, changing change: (inout LocalAPISettings) -> Void = { _ in },
    _ body: @escaping @Sendable (RunningLocalAPI) async throws -> Value
  ) async throws -> Value {
    try await serving(prepared(made, filesPath: filesPath, changing: change), body)
  }

  /// Serves by a server that was prepared, as long as `body` runs.
  package static func serving<Value: Sendable>(
    _ server: LocalAPIServer, _ body: @escaping @Sendable (RunningLocalAPI) async throws -> Value
  ) async throws -> Value {
    let (ports, listening) = AsyncStream.makeStream(of: Int.self)
    return try await withThrowingTaskGroup(of: Value?.self) { group in
      group.addTask {
        defer { listening.finish() }
        try await server.run { listening.yield($0) }
        return nil
      }
      group.addTask {
        guard let port = await ports.first(where: { _ in true }) else { throw CancellationError() }
        return try await body(RunningLocalAPI(port: port))
      }
      defer { group.cancelAll() }
      while let value = try await group.next() { if let value { return value } }
      throw CancellationError()
    }
  }

  /// Sends one request on a connection of its own.
  package func send(
    _ method: String, _ target: String, _ fields: [String: String] = [:], body: String = ""
  ) async throws -> Answer {
    let host = ["Host": "127.0.0.1:\(port)", "Connection": "close", "Content-Length": "\(body.utf8.count)"]
    let head = host.merging(fields) { $1 }.map { "\($0): \($1)\r\n" }.joined()
    return try parsed(await exchange("\(method) \(target) HTTP/1.1\r\n\(head)\r\n\(body)"))
  }

  /// Sends bytes at once and gives what came back until the server closed the connection.
  package func exchange(_ request: String) async throws -> [UInt8] {
    // Blocking calls need a thread of their own: the server's tasks share the others.
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try exchange(Array(request.utf8)) }) }
    }
  }

  /// Asks for a token and gives the answer of `/oauth/token`.
  package func token(_ form: String) async throws -> Answer {
    try await send(
      "POST", "/oauth/token", ["Content-Type": "application/x-www-form-urlencoded"],
      body: "\(form)&client_id=reports&client_secret=client%20secret")
  }

  /// The header of a signed-in request.
  package func signedIn() async throws -> [String: String] {
    let answer = try await token("grant_type=client_credentials").document
    return ["Authorization": "Bearer \(answer["access_token"]?.string ?? "")"]
  }

  private func exchange(_ request: [UInt8]) throws -> [UInt8] {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { Glibc.close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, size) }
    }
    guard code == 0, Glibc.send(socket, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
      throw POSIXError(.init(rawValue: errno) ?? .EIO)
    }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(socket, &piece, piece.count, 0)
      guard count > 0 else { return bytes }
      bytes += piece.prefix(count)
    }
  }

  private func parsed(_ bytes: [UInt8]) throws -> Answer {
    guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { throw POSIXError(.EBADMSG) }
    let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
    var fields: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
      if parts.count == 2 { fields[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
    }
    let status = Int(lines[0].split(separator: " ").dropFirst().first ?? "") ?? 0
    return Answer(status: status, fields: fields, body: Array(bytes[end.upperBound...]))
  }
}
