import JSONAPI
import Logging
import Store
import Synchronization
import SyncAgent
import Upstream

/// What a service of the daemon does after an error. The local API serves what is there as long as the file can be read: neither
/// the site nor the disk takes it down.
enum ServiceCourse: Sendable, Hashable {
  /// Say so, and try again at the next turn: it may pass.
  case retry
  /// Say so, and leave the site alone until the daemon is started again: nothing here will change it, and asking on could lock
  /// the account.
  case rest
  /// End the daemon: the mirror itself is damaged.
  case end

  init(_ error: any Error) {
    // A web server in front of the site counts no failed logins, and nothing was shown to it that it could count.
    if case SignInError.httpBasic? = error as? SignInError {
      self = .retry
      return
    }
    switch ExitCodes(error) {
    case .site: self = .retry
    case .credentials, .person, .usage: self = .rest
    default: self = StorageFault(error) == .damage || error is MirrorUnusable ? .end : .retry
    }
  }
}

/// How long a service bears with an entry point that is none, or names another site or account or no account at all. While a site is
/// being deployed, or a cache or proxy is at fault, one answer may say so that does not stay so; and nothing is read or written while it
/// does. Numbers only.
struct ServicePatience: Sendable {
  /// So many of them in a row, and for so many seconds: then it stays so.
  static let most = 3
  static let seconds: Int64 = 3_600

  /// Seconds without a word of it after which it has passed.
  private let pause: Int64
  private var count = 0
  private var first: Int64 = 0
  private var last: Int64 = 0

  /// - Parameter intervalSeconds: how far apart the attempts are.
  init(intervalSeconds: Int) {
    pause = max(ServicePatience.seconds, Int64(clamping: max(0, intervalSeconds)).multipliedClamped(by: 3))
  }

  /// The course after an error.
  /// - Parameter now: seconds of a clock that never goes back.
  mutating func course(after error: any Error, at now: Int64) -> ServiceCourse {
    let course = ServiceCourse(error)
    guard course == .rest, ServicePatience.isOfEntryPoint(error) else { return course }
    if count == 0 || now - last > pause { (count, first) = (0, now) }
    count = min(count + 1, ServicePatience.most)
    last = now
    return count >= ServicePatience.most && now - first >= ServicePatience.seconds ? .rest : .retry
  }

  /// The site was as it should be.
  mutating func passed() { count = 0 }

  /// Whether an error is what one answer of the entry point says, and the next may not.
  static func isOfEntryPoint(_ error: any Error) -> Bool {
    guard let fault = error as? SyncFault else { return false }
    return !fault.isOfOneType
  }
}

/// Takes the course that an error asks of a service, as long as the service runs.
final class ServiceFollower: Sendable {
  private let patience: Mutex<ServicePatience>
  private let logger: Logger
  private let rests: String
  private let restsUntil: String
  private let tell: @Sendable (String) -> Void
  private let began = ContinuousClock.now

  /// - Parameters:
  ///   - rests: what stops where it cannot go on, for the log.
  ///   - restsUntil: until when.
  ///   - intervalSeconds: how far apart the service's attempts are.
  ///   - tell: is told what keeps the service from its work, for the service manager.
  init(
    _ logger: Logger, rests: String, restsUntil: String = "the daemon is restarted", intervalSeconds: Int,
    tell: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.tell = tell
    self.logger = logger
    self.rests = rests
    self.restsUntil = restsUntil
    patience = Mutex(ServicePatience(intervalSeconds: intervalSeconds))
  }

  /// The service has done its work.
  func passed() { patience.withLock { $0.passed() } }

  /// Returns where it is to be tried again, and rests where it is not.
  /// - Parameter resting: how it rests; without one, until the task is cancelled.
  /// - Throws: the error where it ends the daemon, what `resting` throws, `CancellationError`.
  func follow(_ error: any Error, resting: (() async throws -> Void)? = nil) async throws {
    let now = (ContinuousClock.now - began).components.seconds
    switch patience.withLock({ $0.course(after: error, at: now) }) {
    case .retry:
      let may = ServicePatience.isOfEntryPoint(error)
      tell("\(error)")
      logger.error("\(error)\(may ? ". It is tried again, for it may pass; the local API goes on" : "")")
    case .rest:
      tell("\(rests) until \(restsUntil): \(error)")
      logger.critical("\(error). \(rests) until \(restsUntil); the local API goes on")
      if let resting { return try await resting() }
      while true { try await Task.sleep(for: .seconds(86_400)) }
    case .end: throw error
    }
  }
}
