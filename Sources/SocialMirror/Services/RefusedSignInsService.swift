import Logging
import ServiceLifecycle
import TokenIssuer

/// Says in the log how many tries to sign in were refused, at most every ten seconds however many they are, and keeps the sums where `status`
/// finds them.
struct RefusedSignInsService: Service {
  /// What was refused since the start of the process.
  let counts: @Sendable () -> SignInCounts
  /// Nil where nothing may be written.
  let file: SignInCountsFile?
  let logger: Logger
  var pause = Duration.seconds(10)

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var known = SignInCounts()
      var isWritten = true
      repeat {
        try? await Task.sleep(for: pause)
        let all = counts()
        let news = all.since(known)
        guard news.refused > 0 || news.delayed > 0 else { continue }
        known = all
        logger.notice(
          "sign-ins were refused",
          metadata: [
            "wrong_clients": "\(news.wrongClients)", "wrong_passwords": "\(news.wrongPasswords)",
            "delayed": "\(news.delayed)", "held_back": "\(news.heldBack)", "crowded": "\(news.crowded)",
          ])
        do {
          try file?.add(news)
          isWritten = true
        } catch {
          if isWritten { logger.warning("refused sign-ins cannot be counted", metadata: ["reason": "\(error)"]) }
          isWritten = false
        }
      } while !Task.isCancelled
    }
  }
}
