import Store

/// Pages on their way from the readers to the one writer: bounded, so that memory does not grow with the site, and handed over
/// several at a time, because one transaction for several pages is faster than one each.
actor PageQueue {
  private let limit: Int
  private var pages: [PageApplication] = []
  /// How many of them wake the writer.
  private var urgent = 0
  private var isClosed = false
  private var failure: (any Error)?
  private var waitingReaders: [CheckedContinuation<Void, Never>] = []
  private var waitingWriter: CheckedContinuation<Void, Never>?

  /// - Parameter limit: how many pages may wait.
  init(limit: Int) { self.limit = limit }

  /// So many small pages with nothing new wait for one that has: of a round in which nothing has changed all go together.
  private static let mostPatient = 64
  /// What is small, in resources.
  private static let small = 5

  private static func isPatient(_ page: PageApplication) -> Bool {
    page.isNothingNew && page.resources.count <= small && page.setAside.isEmpty
  }

  private var isFull: Bool { urgent >= limit || pages.count >= limit + PageQueue.mostPatient }
  private var isDue: Bool { urgent > 0 || pages.count >= PageQueue.mostPatient }

  /// Hands a page to the writer; waits while too many wait already.
  /// - Throws: what the writer failed with, or `CancellationError`.
  func submit(_ page: PageApplication) async throws {
    while isFull, failure == nil {
      await withCheckedContinuation { waitingReaders.append($0) }
    }
    if let failure { throw failure }
    try Task.checkCancellation()
    pages.append(page)
    if !PageQueue.isPatient(page) { urgent += 1 }
    guard isDue else { return }
    waitingWriter?.resume()
    waitingWriter = nil
  }

  /// All waiting pages, as soon as there is one with news, or many without; empty when the queue is closed and drained.
  func take() async -> [PageApplication] {
    while !isDue, !isClosed {
      await withCheckedContinuation { waitingWriter = $0 }
    }
    defer {
      pages.removeAll(keepingCapacity: true)
      urgent = 0
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
    urgent = 0
    letReadersGo()
  }

  private func letReadersGo() {
    for reader in waitingReaders { reader.resume() }
    waitingReaders.removeAll()
  }
}
