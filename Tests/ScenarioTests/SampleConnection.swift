import SampleSite
import Support
import SyncAgent
import Upstream

extension SampleSite {
  /// A connection to this site on which waiting takes no time.
  /// - Parameter executor: runs the session's own flights; nil for the system's.
  func connection(
    _ transport: any Transport, _ vault: MemoryTokenVault, base: String = siteBase,
    executor: (any TaskExecutor)? = nil
  ) throws -> Site {
    let url = try BaseURL(base)
    let session = try OAuthSession(
      tokenURL: url.url(path: "/oauth/token"),
      credentials: Credentials(
        grant: .password(username: "demo", password: "demo-password"), clientID: "demo-client",
        clientSecret: "demo-secret"),
      transport: transport, vault: vault, now: { self.now }, logger: silentLog, executor: executor)
    return Site(
      base: url, session: session, pacer: RequestPacer(requestsPerSecond: 0, now: { 0 }, sleep: { _ in }),
      clock: SharedSiteClock(uptime: { Int64(self.time * 1e9) }),
      wait: { self.clockOffset += $0 }, random: { 0.5 })
  }
}
