import Foundation
import JSONAPI
import LocalAPI
import Logging

/// A local API that is asked in this process, without a socket, and the mirror that it reads.
package struct InProcessLocalAPI: Sendable {
  /// Stays as long as this value does.
  package let made: CrawledMirror
  /// The header fields of a request with a token of the client `reports`.
  package let signedIn: [String: String]
  private let server: LocalAPIServer

  /// A local API over a mirror, with the clients and people of `RunningLocalAPI`.
  /// - Parameters:
  ///   - host: the authority of its links.
  ///   - accessTokenSeconds: how long the token is good.
  ///   - readLimit: how long one read may take, or the check of one write.
  ///   - logger: what it logs.
  ///   - now: the time of writes, Unix seconds.
  package init(
    _ made: CrawledMirror, host: String = "localhost", accessTokenSeconds: Int = 30 * 86_400,
    readLimit: Duration = .seconds(30), logger: Logger = silentLog,
    now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
  ) async throws {
    self.made = made
    server = try await RunningLocalAPI.prepared(
      made, accessTokenSeconds: accessTokenSeconds, readLimit: readLimit, logger: logger, now: now,
      changing: { $0.allowedHosts.append(host) })
    let form = "grant_type=client_credentials&client_id=reports&client_secret=client%20secret"
    let fields = ["Host": host, "Content-Type": "application/x-www-form-urlencoded"]
    let answer = await server.answer("POST", "/oauth/token", fields, body: Array(form.utf8))
    guard let token = try JSON(parsing: answer.body)["access_token"]?.string else { throw CancellationError() }
    signedIn = ["Host": host, "Authorization": "Bearer \(token)"]
  }

  /// Answers one request with a token; `fields` are added, nil values removed.
  package func answer(
    _ method: String, _ target: String, _ fields: [String: String?] = [:], body: [UInt8] = []
  ) async -> LocalAPIServer.Answered {
    var all = signedIn
    for (name, value) in fields { all[name] = value }
    // Answers are made without a pause: thousands of them would keep a thread from all other tests.
    await Task.yield()
    return await server.answer(method, target, all, body: body)
  }
}
