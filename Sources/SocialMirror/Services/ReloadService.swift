import JSONAPI
import Logging
import ServiceLifecycle
import UnixSignals

/// Reads the configuration anew on SIGHUP. One that cannot be used changes nothing: the daemon goes on by the one before.
struct ReloadService: Service {
  let origin: ConfigurationOrigin
  let needsSite: Bool
  let inForce: SettingsInForce
  let notifier: ServiceNotifier
  let logger: Logger
  /// Brings the settings that hold from now on to those who keep some of them.
  let apply: @Sendable (Settings) -> Void

  func run() async throws {
    let signals = await UnixSignalsSequence(trapping: .sighup)
    var values = try? origin.read(needsSite: needsSite).values
    for await _ in signals.cancelOnGracefulShutdown() {
      notifier.reloading()
      do {
        let read = try origin.read(needsSite: needsSite)
        let settings = inForce.take(read.settings)
        LogLevel.current = origin.level(by: settings)
        apply(settings)
        let reload = Reload(from: values ?? read.values, to: read.values)
        // What waits for a restart is said each time until there is one.
        values = (values ?? read.values).merging(read.values.filter { Reload.keys.contains($0.key) }) { $1 }
          .filter { read.values[$0.key] != nil || !Reload.keys.contains($0.key) }
        logger.notice("reload", metadata: ["what": "\(reload.sentence)"])
        notifier.reloaded("Reload: \(reload.sentence)")
      } catch {
        logger.error("the configuration cannot be used; the one before stays in force: \(error)")
        notifier.reloaded("The configuration cannot be used; the one before stays in force: \(error)")
      }
    }
  }
}
