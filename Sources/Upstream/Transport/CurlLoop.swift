import CCurl
import Glibc
import Synchronization

/// A multi handle. Other threads only ever wake it, which libcurl allows; all else happens on the loop's thread.
struct MultiHandle: @unchecked Sendable {
  let raw: UnsafeMutableRawPointer
}

/// The thread that drives libcurl, and the box through which others hand it work.
final class CurlLoop: Sendable {
  /// What has arrived since the thread last looked.
  struct Mail {
    var submitted: [CurlExchange] = []
    var abandoned: [CurlExchange] = []
    var isClosing = false
  }

  private struct Box {
    var mail = Mail()
    /// Set while the multi handle lives; waking it happens under the lock, so never after its end.
    var multi: MultiHandle?
    var thread: pthread_t?
  }

  let settings: TransportSettings
  private let box = Mutex(Box())

  /// Once for the process; libcurl counts, nobody cleans up.
  private static let libraryIsReady = curl_global_init(Int(CURL_GLOBAL_SSL)) == CURLE_OK

  init(_ settings: TransportSettings) throws(TransportError) {
    self.settings = settings
    let failure = TransportError(
      .invalidRequest, "libcurl could not be started; is memory short?", url: settings.origin.description)
    guard CurlLoop.libraryIsReady, let raw = curl_multi_init() else { throw failure }
    let multi = MultiHandle(raw: raw)
    _ = mirror_curl_multi_set_long(raw, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
    _ = mirror_curl_multi_set_long(raw, CURLMOPT_MAX_TOTAL_CONNECTIONS, max(1, settings.maximumConnections))
    box.withLock { $0.multi = multi }

    var thread = pthread_t()
    let holder = Unmanaged.passRetained(self)
    let code = pthread_create(
      &thread, nil,
      { pointer in
        guard let pointer else { return nil }
        Unmanaged<CurlLoop>.fromOpaque(pointer).takeRetainedValue().run()
        return nil
      }, holder.toOpaque())
    guard code == 0 else {
      holder.release()
      curl_multi_cleanup(raw)
      box.withLock { $0.multi = nil }
      throw failure
    }
    box.withLock { [thread] in $0.thread = thread }
  }

  /// Hands a request over.
  func submit(_ exchange: CurlExchange) {
    let isOpen = post { $0.submitted.append(exchange) }
    if !isOpen { exchange.finish(.failure(closed(exchange))) }
  }

  /// Stops a transfer that nobody waits for any more.
  func abandon(_ exchange: CurlExchange) { _ = post { $0.abandoned.append(exchange) } }

  /// Ends the thread; with `waiting`, returns when it has ended.
  func close(waiting: Bool) {
    _ = post { $0.isClosing = true }
    guard let thread = box.withLock({ $0.thread.take() }) else { return }
    _ = waiting ? pthread_join(thread, nil) : pthread_detach(thread)
  }

  func closed(_ exchange: CurlExchange) -> TransportError {
    TransportError(
      .closed, "the connection to \(settings.origin.authority) was shut down",
      url: WebAddress.withoutSecrets(exchange.request.url))
  }

  private func post(_ change: (inout Mail) -> Void) -> Bool {
    box.withLock { box in
      guard let multi = box.multi, !box.mail.isClosing else { return false }
      change(&box.mail)
      curl_multi_wakeup(multi.raw)
      return true
    }
  }

  /// The thread.
  private func run() {
    // Signals are for other threads; a broken pipe shows as an error of the transfer.
    var all = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, nil)
    guard let multi = box.withLock({ $0.multi }) else { return }
    let transfers = CurlTransfers(multi: multi.raw, loop: self)
    var isOpen = true
    while isOpen {
      let mail = box.withLock { box in
        let mail = box.mail
        box.mail = Mail(isClosing: box.mail.isClosing)
        return mail
      }
      if mail.isClosing {
        transfers.failAll(mail.submitted)
        isOpen = false
      } else {
        isOpen = transfers.turn(mail)
      }
    }
    // After this no one wakes the handle; what came in until now still gets its answer.
    let late = box.withLock { box in
      box.multi = nil
      defer { box.mail = Mail(isClosing: true) }
      return box.mail.submitted
    }
    transfers.failAll(late)
    withExtendedLifetime(transfers) { _ = curl_multi_cleanup(multi.raw) }
  }
}
