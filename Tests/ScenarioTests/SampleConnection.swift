import SampleSite
import Support
import Synchronization
import SyncAgent
import Upstream

extension SampleSite {
  /// A connection to this site on which waiting takes no time. What it takes for random follows from how often the site was asked:
  /// the same in each run, and another number for each look past caches.
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
    let draws = Atomic<UInt64>(0)
    return Site(
      base: url, session: session, pacer: RequestPacer(requestsPerSecond: 0, now: { 0 }, sleep: { _ in }),
      clock: SharedSiteClock(uptime: { Int64(self.time * 1e9) }),
      wait: { self.clockOffset += $0 },
      random: {
        let draw = draws.wrappingAdd(1, ordering: .relaxed).newValue
        return (Double(self.requestCount &* 64 &+ draw) * 0.618_033_988_749_895).truncatingRemainder(dividingBy: 1)
      })
  }
}
