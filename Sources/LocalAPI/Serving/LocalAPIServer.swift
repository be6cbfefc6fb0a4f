import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import Store
import TokenIssuer

/// Where and how the local API listens.
package struct LocalAPISettings: Sendable {
  /// The name or address that it listens on.
  package var host: String
  /// 0 takes a free one.
  package var port: Int
  /// The base URL of links; nil takes the host that the client used.
  package var baseURL: String?
  /// How long an access token is valid, in seconds: `expires_in` of a token response (RFC 6749 section 5.1).
  package var accessTokenSeconds: Int
  /// How long a refresh token may be used, in seconds.
  package var refreshTokenSeconds: Int
  /// The file with the certificate and those that lead to its root, PEM. With `privateKeyFile` it makes the server speak HTTPS;
  /// alone, neither counts.
  package var certificateFile: String?
  /// The file with the certificate's private key, PEM.
  package var privateKeyFile: String?
  /// Where the key that signs tokens is kept: made at first start, readable by its owner only.
  package var signingKeyPath: String
  /// The folder of the contents of files; nil serves none.
  package var filesPath: String?
  /// How long one read may take, or the check of one write.
  package var readLimit = Duration.seconds(2)
  /// What each sight shows, by its name.
  package var sights: [String: SightRules] = [:]
  /// Hosts that requests may name beside `host`, the host of `baseURL` and loopback: names and addresses without port, in lower
  /// case, IPv6 in brackets.
  package var allowedHosts: [String] = []
  /// Whether it may listen beyond loopback without TLS.
  package var allowInsecure = false
  /// Whose `Forwarded` and `X-Forwarded-…` count: addresses, and networks such as `10.0.0.0/8`.
  package var trustedProxies: [String] = []
  /// Origins whose scripts may read answers (CORS), such as `https://crm.example.org`, in lower case; none turns it off.
  package var corsOrigins: [String] = []
  /// What one client, and all together, may take up.
  package var limits = ServerLimits.standard

  /// Settings with the usual lives of tokens.
  package init(host: String, port: Int, signingKeyPath: String) {
    self.host = host
    self.port = port
    self.signingKeyPath = signingKeyPath
    accessTokenSeconds = 300
    refreshTokenSeconds = 1_209_600
  }
}

/// The local API over one mirror: it needs the file and nothing else, neither the site nor the engine.
package struct LocalAPIServer: Sendable {
  private let settings: LocalAPISettings
  let responder: LocalAPIResponder
  let logger: Logger

  /// Prepares the server; makes the signing key at first start.
  /// - Parameter now: Unix seconds; the time of writes.
  /// - Throws: `SigningKeyFile.Failure` naming the file.
  package init(
    mirror: Mirror, settings: LocalAPISettings, logger: Logger,
    now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
  ) async throws {
    let key = try await LocalAPIServer.key(at: settings.signingKeyPath, mayForget: mirror.file.isReadOnly, logger)
    let ledger = MirrorTokenLedger(mirror.tokens)
    let cache = AccessTokenCache()
    let lifetimes = TokenEndpoint.Lifetimes(
      accessTokenSeconds: Int64(settings.accessTokenSeconds), refreshTokenSeconds: Int64(settings.refreshTokenSeconds))
    let reader = ResourceReader(mirror, timeLimit: settings.readLimit)
    let answers = ResourceAnswers(reader: reader)
    let reading = ReadingSection(answers: answers)
    let people = PeopleBehindTokens(reading: mirror.reading, tokens: mirror.tokens, reader: reader)
    let facts = KnownSiteFacts(mirror.reading)
    let router = SectionRouter(
      reading: reading,
      writing: WritingSection(
        reading: reading, writes: WriteAnswers(answers: answers, reading: mirror.reading, recording: mirror.recording),
        tokens: mirror.tokens, now: now),
      files: FilesSection(
        files: FileAnswers(reading: mirror.reading, folder: settings.filesPath.map { BinaryFolder(path: $0) })),
      signingIn: SigningInSection(
        endpoint: TokenEndpoint(ledger: ledger, key: key, cache: cache, lifetimes: lifetimes), key: key,
        people: people),
      description: DescriptionSection(reader: reader, people: people), own: OwnSection(), facts: facts)
    responder = LocalAPIResponder(
      router: router,
      viewers: Viewers(verifier: AccessTokenVerifier(ledger: ledger, key: key, cache: cache)),
      places: Places(
        bases: BaseURLs(fixed: settings.baseURL, isSecure: settings.certificateFile != nil), facts: facts),
      version: try MirrorVersion(mirror))
    self.settings = settings
    // Who starts the server says where it listens: the framework's own lines would say it again.
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .warning)
    self.logger = quiet
  }

  /// The key that signs tokens. Beside a mirror that may only be read it may be missing, not to be read, and not to
  /// be made: then it is one of this process, and its tokens end with it.
  private static func key(at path: String, mayForget: Bool, _ logger: Logger) async throws -> SigningKey {
    do { return try await SigningKeyFile(path: path).loadOrCreate() } catch {
      guard mayForget, case .file = error else { throw error }
      logger.notice("tokens end with this process", metadata: ["reason": "\(error)"])
      return try await SigningKey(pem: SigningKey.newPEM())
    }
  }

  /// What the reads of this server had to read out of documents.
  package var usage: QueryUsage { responder.answers.reader.usage }

  /// Answers one request that came by other ways than a connection of this server's, as `run` answers those; contents of files are
  /// told by their header fields alone. It is the whole seam between the server and whoever carries requests in its place: the
  /// tests do, without a socket, by the millions.
  package func answer(to request: Request) async -> (status: Int, fields: HTTPFields, body: ByteBuffer) {
    let answer = await responder.finished(request, logger)
    return (answer.status, answer.fields, answer.body)
  }

  /// Serves until the task is cancelled; requests under way are finished.
  /// - Parameter onListening: is told the port once it listens.
  /// - Throws: when the address is taken, or a certificate cannot be read.
  package func run(onListening: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {
    let serverName = "social-mirror"
    let plain = HTTPServerBuilder {
      AnsweringChannel(base: HTTP1Channel(responder: $0)) {
        AnswersAtOnce(responder: responder, serverName: serverName, logger: logger)
      }
    }
    let server: HTTPServerBuilder
    if let certificate = settings.certificateFile, let privateKey = settings.privateKeyFile {
      server = try .tls(plain, tlsConfiguration: TLSFiles.configuration(certificate, privateKey))
    } else {
      server = plain
    }
    let application = Application(
      responder: responder, server: server,
      configuration: ApplicationConfiguration(
        address: .hostname(settings.host, port: settings.port), serverName: serverName),
      onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) }, logger: logger)
    try await application.run()
  }
}
