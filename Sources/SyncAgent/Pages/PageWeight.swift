import Store
import Upstream

/// How many rows a page may have, as decisions only: fewer after a page that failed, more again after some that did not.
struct PageWeight: Sendable, Hashable {
  /// The most that is ever asked for (`site.pageSize`).
  private let most: Int
  /// How many may be asked for now.
  private(set) var limit: Int
  /// What to go back to once the rows that fail are found; nil while none are looked for.
  private var goal: Int?
  /// Whether each page that comes lets the next have twice as many rows, up to the goal.
  private var isRecovering = false
  /// Whether the pages of now have more rows than those before, to see whether that does.
  private var isTrying = false
  /// Pages that came since the last change, and how many have to before more rows are tried.
  private var calm = 0
  private var needed = 4
  /// Single rows that failed one after the other.
  private(set) var failuresInARow = 0

  init(most: Int) {
    self.most = max(1, most)
    limit = self.most
  }

  /// Whether a page failed and none has come since.
  var isHunting: Bool { goal != nil && calm == 0 }

  /// A page came.
  mutating func came() {
    failuresInARow = 0
    calm += 1
    if isRecovering {
      limit = min(goal ?? most, limit * 2)
      guard limit >= goal ?? most else { return }
      isRecovering = false
      goal = nil
      calm = 0
    } else if limit < most, calm >= needed {
      limit = min(most, limit * 2)
      isTrying = true
      goal = nil
      calm = 0
    }
  }

  /// A page of so many rows failed: half of them next time.
  mutating func failed(rows: Int) {
    goal = goal ?? limit
    // Where more rows failed again, as on a site that cannot bear them, the next attempt waits twice as long.
    if isTrying { needed = min(needed * 2, 64) }
    isTrying = false
    isRecovering = false
    calm = 0
    limit = max(1, rows / 2)
  }

  /// Rows that failed before stand behind so many others: only those.
  mutating func aim(at rows: Int) {
    failed(rows: 2 * rows)
    limit = min(limit, most)
  }

  /// A row that was asked for alone failed, and is stepped over. After one, pages are as large as before: the next is likely far.
  /// After two in a row more may follow: they are gone through one by one.
  mutating func steppedOver() {
    failuresInARow += 1
    calm = 0
    isTrying = false
    isRecovering = failuresInARow > 1
    limit = isRecovering ? 1 : goal ?? most
    if !isRecovering { goal = nil }
  }
}

extension PageWeight {
  /// Whether a failure may be the doing of the rows that were asked for, so that fewer may do.
  static func mayBeTheRows(_ error: any Error) -> Bool {
    switch error {
    case let error as SiteError:
      switch error.kind {
      case .serverFault, .malformed: true
      case .unavailable: !error.isMaintenance
      case .html: error.status != 404
      case .unauthorized, .forbidden, .notFound, .conflict, .unprocessable, .badRequest, .throttled: false
      }
    case let error as TransportError:
      switch error.kind {
      case .timeout: error.mayHaveArrived
      case .truncated, .tooLarge, .protocolFailure: true
      case .unreachable, .nameNotResolved, .certificate, .tlsHandshake, .redirectToOtherOrigin, .tooManyRedirects,
        .otherOrigin, .insecure, .invalidRequest, .refused, .closed:
        false
      }
    default: false
    }
  }
}
