import JSONAPI
import Logging
import Store
import Upstream

/// What an attempt writes down.
extension PushAttempt {
  func settle(_ settlement: Settlement, _ report: inout PushReport) throws {
    report.awayInARow = 0
    if try outbox.settle(change, as: settlement, siteTime: push.site.clock.seconds, at: time) { report.settled += 1 }
  }

  func deletedOnSite(_ report: inout PushReport) throws {
    let policy = push.policies.policy(type: change.type)
    // When it was deleted nobody can tell: `newest` leaves it to a person.
    if policy == .site {
      try outbox.note(.deletedOnSite, of: change, site: nil, fields: [], policy: "site", at: time)
      return try settle(.gone, &report)
    }
    try outbox.note(.deletedOnSite, of: change, site: nil, fields: [], at: time)
    guard policy == .local else {
      report.conflicts += 1
      return
    }
    for conflict in try outbox.conflicts() where conflict.change == change.id {
      try outbox.resolve(conflict.id, .local, at: time)
    }
  }

  /// The members of a creation against another resource of its UUID. Secrets are kept nowhere but on their way.
  func fields(against site: JSON) -> [ConflictField] {
    change.members.filter { !FieldValue.isSecret($0.name) }.map {
      ConflictField($0.group, $0.name, base: nil, site: $0.value(in: site), local: $0.local)
    }
  }

  /// What others edited on the site since the resource was last agreed on.
  /// - Parameter own: the members of a change of ours that may have moved `changed`; nil where there was none.
  func othersEdits(of copy: SiteCopy, by own: [ChangedMember]?) throws -> OthersEdits {
    let (base, site) = (try outbox.base(of: change), try json(copy))
    return OthersEdits(
      site, since: base, by: own, changed: changedName,
      entityType: try reading.entityTypes().entityType(of: change.type),
      gone: try outbox.gone(OthersEdits.lost(site, since: base)))
  }

  /// What is otherwise on the site than a creation made it: its members, or that it was changed since.
  func sinceMade(_ copy: SiteCopy) throws -> [ConflictField] {
    let site = try json(copy)
    let fields = change.members.compactMap { member -> ConflictField? in
      if FieldValue.isSecret(member.name) || PushDecision.agrees(site, with: [member]) { return nil }
      return ConflictField(member.group, member.name, base: member.local, site: member.value(in: site), local: nil)
    }
    let attributes = site["attributes"]
    return fields.isEmpty
      ? [
        ConflictField(
          .attributes, changedName, base: attributes?["created"], site: attributes?[changedName], local: nil)
      ] : fields
  }

  func reject(_ error: any Error, _ report: inout PushReport) throws {
    report.awayInARow = 0
    try outbox.reject(
      change, error: "\(error)", document: (error as? SiteError)?.document,
      ofType: (error as? SiteError)?.refusalOfType, at: time)
    report.rejected += 1
    report.lastError = "\(error)"
    push.logger.warning("the site refused a change", metadata: metadata.merging(["reason": "\(error)"]) { $1 })
  }

  /// Whether the site itself failed on so many requests for the change, and certainly without doing it, that a person should
  /// look. That it was away is no such failure.
  func givesUp(_ report: inout PushReport) throws -> Bool {
    guard change.faults >= push.site.retries.attempts else { return false }
    try outbox.reject(
      change, error: change.error ?? "the site failed again and again",
      document: change.errorDocument.map { Array($0.utf8) }, ofType: failureOfType, at: time)
    report.rejected += 1
    return true
  }

  /// The site's own failure on this creation, as it may be on all of its type.
  private var failureOfType: TypeRefusal? {
    let error = change.errorDocument.flatMap { try? JSON(parsing: $0) }?["errors"]?[0]
    guard let status = error?["status"]?.string.flatMap({ Int($0) }), status >= 500 else { return nil }
    return TypeRefusal(status: status, detail: SiteWords.tidy(error?["detail"]?.string ?? "the site failed"))
  }

  /// Sets the members apart that an answer names, so that the others go without them. Of a creation only those without which it
  /// makes the same thing.
  /// - Returns: whether it did: then the rest is queued.
  func setsApart(_ error: SiteError, _ report: inout PushReport) throws -> Bool {
    guard change.kind == .update || change.kind == .create, let fresh = try outbox.change(change.id),
      fresh.state == .sending, let refused = error.refused(of: fresh.members),
      change.kind == .update || refused.allSatisfy({ PushDecision.isDispensable($0) }),
      try outbox.setApart(refused, of: fresh, error: "\(error)", document: error.document, at: time)
    else { return false }
    report.rejected += 1
    report.lastError = "\(error)"
    push.logger.warning(
      "the site refused part of a change; the rest is sent without it",
      metadata: metadata.merging([
        "reason": "\(error)", "members": "\(refused.map(\.name).joined(separator: ","))",
      ]) { $1 })
    return true
  }

  func postpone(_ state: ChangeState, _ reason: String, seconds: Double = 1, _ report: inout PushReport) throws {
    try outbox.postpone(
      change, state, until: time + max(1, Int64(clamping: min(seconds.rounded(.up), 1e9))), error: reason)
    report.postponed += 1
    report.lastError = reason
  }

  /// An attempt that failed: where the change stands now, and when it comes again.
  func note(_ error: any Error, _ report: inout PushReport) throws {
    guard let fresh = try outbox.change(change.id), fresh.state.isUnsettled else { return }
    if let error = error as? CopyNotSettled {
      let until = time + Int64(error.seconds.rounded(.up))
      return try outbox.postpone(change, fresh.state, isAttempt: false, until: until, error: "\(error)")
    }
    let verdict = PushVerdict(error, of: change.kind)
    // Before a request has left, a failed look leaves the change as it was.
    let hasLeft = fresh.state == .sending
    // A refused look says nothing about a write that may have arrived.
    if verdict == .rejected, fresh.state != .uncertain { return try reject(error, &report) }
    let before: ChangeState = change.state == .uncertain ? .uncertain : .queued
    let state: ChangeState = hasLeft && (verdict == .uncertain || verdict == .look) ? .uncertain : before
    if verdict == .stop {
      try outbox.postpone(change, state, isAttempt: false, until: time, error: "\(error)")
      throw error
    }
    if verdict == .readOnly, let error = error as? SiteError {
      let refused = WritesRefused(detail: SiteWords.tidy(error.detail ?? "405"))
      try outbox.postpone(
        change, before, isAttempt: false, isUnsent: hasLeft, until: time, error: "\(refused)")
      throw refused
    }
    let retries = push.site.retries
    let wait: Double =
      switch retries.verdict(
        RetryTable.failure(of: error), attempt: change.attempts.addingClamped(1), random: push.site.random())
      {
      case .after(let seconds): seconds
      case .giveUp, .askPerson: retries.longestWaitSeconds
      }
    let failure = RetryTable.failure(of: error)
    let isFault = hasLeft && [.serverFault, .strange].contains(failure)
    if failure.isAway { report.awayInARow += 1 } else { report.awayInARow = 0 }
    try outbox.postpone(
      change, state, isFault: isFault, isUnsent: hasLeft && verdict == .later,
      until: time + max(1, Int64(clamping: min(wait.rounded(.up), 1e9))), error: "\(error)",
      document: isFault ? (error as? SiteError)?.document : nil)
    report.postponed += 1
    report.lastError = "\(error)"
    push.logger.info("a change waits", metadata: metadata.merging(["reason": "\(error)"]) { $1 })
  }

  var metadata: Logger.Metadata {
    ["change": "\(change.id)", "type": "\(change.type)", "uuid": "\(change.uuid)"]
  }
}

extension RetryTable.Failure {
  /// Whether it says that the site as a whole is not there, so that the next change would fare no better.
  var isAway: Bool {
    switch self {
    case .connection, .throttled, .unavailable, .door, .maintenance: true
    case .strange, .serverFault, .rejected, .credentials, .configuration, .cancelled, .unknown: false
    }
  }
}
