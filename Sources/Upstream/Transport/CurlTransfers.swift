import CCurl

/// All transfers of one loop; touched by its thread only. It owns them while libcurl works on them: a transfer that were
/// released earlier would take its handle away in mid-air.
final class CurlTransfers {
  private let multi: UnsafeMutableRawPointer
  private let loop: CurlLoop
  private var active: [UnsafeMutableRawPointer: CurlTransfer] = [:]
  private var queue: [CurlExchange] = []

  init(multi: UnsafeMutableRawPointer, loop: CurlLoop) {
    self.multi = multi
    self.loop = loop
  }

  /// One turn: takes the mail, lets libcurl work, tells who is done, then waits for the network or for mail.
  /// - Returns: false when libcurl can go on no more.
  func turn(_ mail: CurlLoop.Mail) -> Bool {
    queue += mail.submitted
    for exchange in mail.abandoned { drop(exchange) }
    repeat {
      fill()
      var running: Int32 = 0
      guard curl_multi_perform(multi, &running) == CURLM_OK else { return give(up: []) }
    } while settle() && !queue.isEmpty
    var events: Int32 = 0
    guard curl_multi_poll(multi, nil, 0, 60_000, &events) == CURLM_OK else { return give(up: []) }
    return true
  }

  /// Ends everything with `closed`.
  func failAll(_ others: [CurlExchange]) { _ = give(up: others) }

  /// Starts what waits, as far as there is room.
  private func fill() {
    while !queue.isEmpty, active.count < max(1, loop.settings.maximumConnections) {
      let exchange = queue.removeFirst()
      if !exchange.isEnded { start(exchange) }
    }
  }

  private func start(_ exchange: CurlExchange) {
    do throws(TransportError) {
      let transfer = try CurlTransfer(exchange, loop.settings)
      active[transfer.easy] = transfer
      let code = curl_multi_add_handle(multi, transfer.easy)
      guard code == CURLM_OK else {
        active[transfer.easy] = nil
        throw TransportError(
          .invalidRequest, "libcurl did not take the request: \(String(cString: curl_multi_strerror(code)))",
          url: WebAddress.withoutSecrets(exchange.request.url))
      }
    } catch {
      exchange.finish(.failure(error))
    }
  }

  /// Tells the callers of finished transfers.
  /// - Returns: whether there were any.
  private func settle() -> Bool {
    var found = false
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
      // The message dies with the removal of the handle.
      let code = message.pointee.data.result
      guard let transfer = active[easy] else { continue }
      found = true
      let outcome = transfer.outcome(code, loop.settings)
      remove(transfer)
      transfer.exchange.finish(outcome)
    }
    return found
  }

  private func drop(_ exchange: CurlExchange) {
    queue.removeAll { $0 === exchange }
    for transfer in active.values where transfer.exchange === exchange { remove(transfer) }
  }

  private func remove(_ transfer: CurlTransfer) {
    curl_multi_remove_handle(multi, transfer.easy)
    active[transfer.easy] = nil
  }

  private func give(up others: [CurlExchange]) -> Bool {
    let transfers = Array(active.values)
    for transfer in transfers { remove(transfer) }
    for exchange in transfers.map(\.exchange) + queue + others { exchange.finish(.failure(loop.closed(exchange))) }
    queue = []
    return false
  }
}
