import Logging
import ServiceLifecycle
import Store

/// Says once when the mirror's file is not under its path any more, and once when it is back. Meanwhile nothing is
/// read or written: clients are answered 503.
struct MirrorWatchService: Service {
  let mirror: Mirror
  let logger: Logger

  func run() async throws {
    try await cancelWhenGracefulShutdown {
      do {
        var isAway = false
        while true {
          try await Task.sleep(for: .seconds(1))
          do {
            try mirror.file.checkNow()
            if isAway { logger.notice("the mirror is back", metadata: ["path": "\(mirror.file.path)"]) }
            isAway = false
          } catch {
            if !isAway { logger.critical("\(error). Clients are answered 503") }
            isAway = true
          }
        }
      } catch is CancellationError {}
    }
  }
}
