import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import Measures
import NIOCore
import Store
import TokenIssuer

/// The local API over one mirror: it needs the file and nothing else, neither the site nor the engine.
package struct LocalAPIServer: Sendable {
  private let settings: LocalAPISettings
  let responder: LocalAPIResponder
  let logger: Logger
  private let checks: SecretChecks
  private let sights: Sights
  /// For what the operator is told of the server as a whole.
  private let operatorLogger: Logger

  /// Prepares the server; makes the signing key at first start.
  /// - Parameters:
  ///   - site: who asks the site about people whom the mirror does not know (`LocalAPISettings.passThrough`); nil asks nobody.
  ///   - now: Unix seconds; the time of writes.
  /// - Throws: `SigningKeyFile.Failure` naming the file.
  package init(
    mirror: Mirror, settings: LocalAPISettings, logger: Logger, site: (any PassThroughSite)? = nil,
    now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
  ) async throws {
    let ledger = MirrorTokenLedger(mirror.tokens)
    let cache = AccessTokenCache()
    let key = try await LocalAPIServer.keys(settings, mayForget: mirror.file.isReadOnly, cache, logger)
    let checks = SecretChecks(bounds: settings.guesses)
    let passThrough = settings.passThrough.map {
      // Whom the site lets in has to be kept.
      PassThrough($0, site: mirror.file.isReadOnly ? nil : site, checks: checks, keptIn: mirror.tokens)
    }
    let lifetimes = TokenEndpoint.Lifetimes(
      accessTokenSeconds: Int64(settings.accessTokenSeconds), refreshTokenSeconds: Int64(settings.refreshTokenSeconds))
    let reader = ResourceReader(mirror, timeLimit: settings.readLimit)
    let answers = ResourceAnswers(reader: reader)
    let reading = ReadingSection(answers: answers)
    let people = PeopleBehindTokens(reading: mirror.reading, tokens: mirror.tokens, reader: reader)
    let facts = KnownSiteFacts(mirror.reading)
    let sights = Sights(settings.sights, logger: logger)
    let endpoint = TokenEndpoint(
      ledger: ledger, key: key, cache: cache, lifetimes: lifetimes, checks: checks, passThrough: passThrough,
      subject: { try people.subject(of: $0, seeing: Viewer(.known($0), sights).sightOfThemselves) })
    let sessions = BrowserSessions { id in try endpoint.account(id: id) }
    let documents = DescriptionAnswers(
      reader: reader, reading: mirror.reading, facts: facts, sessions: sessions, sights: sights)
    let pages = DescriptionPages(
      signIn: PageSignIn(endpoint: endpoint, sessions: sessions), tokens: mirror.tokens,
      redoc: RedocBundle(folders: settings.redocFolders))
    let viewers = Viewers(
      verifier: AccessTokenVerifier(ledger: ledger, key: key, cache: cache), sights: sights)
    let feed = FeedAnswers(reader: reader, watch: try FeedWatch(mirror.feed), viewers: viewers)
    var writes = WriteAnswers(answers: answers, reading: mirror.reading, recording: mirror.recording)
    writes.limits = settings.limits
    let router = SectionRouter(
      reading: reading,
      writing: WritingSection(reading: reading, writes: writes, tokens: mirror.tokens, now: now),
      files: FilesSection(
        files: FileAnswers(
          reading: mirror.reading, reader: reader, folder: settings.filesPath.map { BinaryFolder(path: $0) })),
      signingIn: SigningInSection(endpoint: endpoint, key: key, people: people, sessions: sessions),
      description: DescriptionSection(
        entryPoint: EntryPointAnswers(reader: reader, people: people), documents: documents, pages: pages),
      own: OwnSection(documents: documents, searches: SearchAnswers(reader: reader), feed: feed), facts: facts)
    responder = LocalAPIResponder(
      router: router,
      viewers: viewers,
      places: Places(
        bases: BaseURLs(
          fixed: settings.baseURL, isSecure: settings.certificateFile != nil,
          hosts: AllowedHosts(listening: settings.host, baseURL: settings.baseURL, more: settings.allowedHosts),
          refused: RefusedHosts(logger: logger)),
        facts: facts, longestTarget: settings.limits.urlBytes),
      version: try MirrorVersion(mirror), proxies: TrustedProxies(settings.trustedProxies),
      crossOrigin: CrossOrigin(settings.corsOrigins))
    self.settings = settings
    self.checks = checks
    self.sights = sights
    operatorLogger = logger
    // Who starts the server says where it listens: the framework's own lines would say it again.
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .warning)
    self.logger = quiet
  }

  /// The keys that tokens are signed with. Beside a mirror that may only be read they may be missing, not to be read, and not to
  /// be made: then there is one of this process, and its tokens end with it.
  private static func keys(
    _ settings: LocalAPISettings, mayForget: Bool, _ cache: AccessTokenCache, _ logger: Logger
  ) async throws -> KeyRing {
    // Several processes over one mirror listen at addresses of their own, and take each other's tokens.
    let issuer = settings.baseURL ?? "urn:social-mirror"
    do {
      return try await KeyRing(
        KeyRingFiles(path: settings.signingKeyPath), issuer: issuer, onChange: { cache.clear() },
        report: { logger.warning("a signing key cannot be used", metadata: ["reason": "\($0)"]) })
    } catch {
      guard mayForget, case .file = error else { throw error }
      logger.notice("tokens end with this process", metadata: ["reason": "\(error)"])
      return KeyRing(try await SigningKey(pem: SigningKey.newPEM()), issuer: issuer)
    }
  }

  /// Other sights, from the next request on.
  /// - Parameter rules: what each shows, by its name.
  package func change(sights rules: [String: SightRules]) { sights.change(rules) }

  /// The names of the sights that are in force.
  package var sightNames: [String] { sights.names }

  /// How many tries to sign in were refused since the start, and why.
  package var signIns: SignInCounts { checks.counts }

  /// How people sign in here, for other doors of the same process: wrong passwords are counted together.
  package var signingIn: TokenEndpoint { responder.router.signingIn.endpoint }

  /// How its connections are answered.
  package var measures: AnswerMeasures { responder.measures }

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
    EventLoopTurns.shorten()
    let limits = settings.limits
    let certificates = try settings.certificateFile.flatMap { certificate in
      try settings.privateKeyFile.map { try ServerCertificates(certificate, $0) }
    }
    let most = mostConnections(limits)
    let connections = ConnectionCount(limit: limits.connectionsPerAddress, most: most)
    let server = HTTPServerBuilder { [responder, logger] answering in
      AnsweringChannel(
        base: HTTP1Channel(responder: answering, configuration: LocalAPIServer.decoding(limits)), responder: responder,
        limits: limits, connections: connections, certificates: certificates, serverName: serverName, logger: logger)
    }
    let application = Application(
      responder: responder, server: server,
      configuration: ApplicationConfiguration(
        address: .hostname(settings.host, port: settings.port), serverName: serverName,
        availableConnectionsDelegate: MaximumAvailableConnections(most, logger: logger)),
      onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) }, logger: logger)
    async let _: Void = ServerCertificates.watch(certificates, operatorLogger)
    async let _: Void = responder.router.signingIn.key.follow()
    try await application.run()
  }

  /// How many connections there may be: no more than there can be files, or clients would take those that the mirror needs.
  private func mostConnections(_ limits: ServerLimits) -> Int {
    let files = FileLimit.raised()
    let most = FileLimit.connections(wanted: limits.connections, files: files)
    if most < limits.connections {
      operatorLogger.warning(
        "fewer connections than configured: this process may not open so many files; see LimitNOFILE or ulimit -n",
        metadata: ["configured": "\(limits.connections)", "connections": "\(most)", "files": "\(files)"])
    }
    return most
  }

  /// How heads are read. The target counts among the fields there; it has a limit of its own.
  private static func decoding(_ limits: ServerLimits) -> HTTP1Channel.Configuration {
    let most = limits.headerBytes + limits.urlBytes
    return HTTP1Channel.Configuration(
      httpDecoderConfiguration: .init(maxHeaderFieldSize: most, maxHeaderListSize: most, maxHeaderFieldCount: 256))
  }
}
