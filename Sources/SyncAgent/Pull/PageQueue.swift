import Store

/// Pages on their way from the readers to the one writer: bounded, so that memory does not grow with the site, and handed over
/// several at a time, because one transaction for several pages is faster than one each.
actor PageQueue {
  private let limit: Int
  private var pages: [PageApplication] = []
  private var isClosed = false
  private var failure: (any Error)?
  private var waitingReaders: [CheckedContinuation<Void, Never>] = []
  private var waitingWriter: CheckedContinuation<Void, Never>?

  /// - Parameter limit: how many pages may wait.
  init(limit: Int) { self.limit = limit }

  /// Hands a page to the writer; waits while too many wait already.
  /// - Throws: what the writer failed with, or `CancellationError`.
  func submit(_ page: PageApplication) async throws {
    while pages.count >= limit, failure == nil {
      await withCheckedContinuation { waitingReaders.append($0) }
    }
    if let failure { throw failure }
    try Task.checkCancellation()
    pages.append(page)
    waitingWriter?.resume()
    waitingWriter = nil
  }

  /// All waiting pages, as soon as there is one; empty when the queue is closed and drained.
  func take() async -> [PageApplication] {
    while pages.isEmpty, !isClosed {
      await withCheckedContinuation { waitingWriter = $0 }
    }
    defer {
      pages.removeAll(keepingCapacity: true)
      letReadersGo()
    }
    return pages
  }

  /// No more pages will come.
  func close() {
    isClosed = true
    waitingWriter?.resume()
    waitingWriter = nil
  }

  /// The writer cannot go on: every reader is told.
  func fail(_ error: any Error) {
    failure = error
    pages.removeAll()
    letReadersGo()
  }

  private func letReadersGo() {
    for reader in waitingReaders { reader.resume() }
    waitingReaders.removeAll()
  }
}
