import JSONAPI
import Logging
import OpenSocial
import Store
import Upstream

/// A change that no request can be made of.
struct OutboxUnsendable: Error, CustomStringConvertible {
  var description: String
}

/// One attempt to bring one change to the site.
struct PushAttempt {
  let push: PushRound
  let change: OutboxChange
  /// Unix seconds of this machine.
  let time: Int64
  let scanner: PageScanner
  /// How long this push may still wait for copies.
  let patience: PushPatience
  /// Whether the site was known to take no writes when this push began.
  let hold: KnownHold
  let departures: DepartureGroups

  /// What a read of the resource brought.
  enum Sight {
    case there(SiteCopy)
    case gone
  }

  var outbox: Outbox { push.outbox }
  var reading: Reading { push.reading }
  var path: String { change.path ?? "" }
  /// What the type calls the time of the last change.
  var changedName: String { scanner.names(of: change.type)?.changed ?? FieldDescription.changed }

  /// Settles the change, or writes down why not. An error of this change alone is not thrown.
  func run(_ report: inout PushReport) async throws {
    do {
      switch change.kind {
      case .create: try await create(&report)
      case .update: try await update(&report)
      case .delete: try await delete(&report)
      case .upload: try await upload(&report)
      }
    } catch let error as SiteError {
      try note(error, &report)
    } catch let error as TransportError {
      try note(error, &report)
    } catch let error as SignInError {
      try note(error, &report)
    } catch let error as CopyNotSettled {
      try note(error, &report)
    }
  }

  // MARK: The kinds

  private func create(_ report: inout PushReport) async throws {
    var change = self.change
    if change.state == .uncertain {
      if case .there(let copy) = try await look(&report) { return try settleFound(copy, &report) }
      if try givesUp(&report) { return }
    }
    var apart = 0
    while true {
      guard try await departures.begin(Departure(change, members: change.members, site: nil)) else { return }
      do {
        let response = try await send(OutgoingRequest.create(change, path: path), &report)
        return try settle(.resource(written(response)), &report)
      } catch let error where PushVerdict(error, of: .create) == .look {
        guard case .there(let copy) = try await lookAfter(&report) else {
          if let refusal = error as? SiteError, try setsApart(refusal, &report),
            let rest = try outbox.change(change.id), rest.state == .queued
          {
            // Each time there are fewer of them.
            apart += 1
            change = rest
            continue
          }
          // All of it is refused, what was set apart with it.
          report.rejected -= apart
          return try reject(error, &report)
        }
        // Another attempt may have arrived before, or this one twice.
        if try change.sends > 0 || PushDecision.agrees(json(copy), with: change.members) {
          return try settleFound(copy, &report)
        }
        try outbox.note(.exists, of: change, site: copy, fields: fields(against: json(copy)), at: time)
        report.conflicts += 1
        return
      }
    }
  }

  /// Settles a creation whose resource was found by a look: as it was made, where it agrees and was never changed since. Else
  /// others may have edited it, and who asked for its deletion meanwhile has not seen that.
  private func settleFound(_ copy: SiteCopy, _ report: inout PushReport) throws {
    let site = try json(copy)
    let (created, changed) = (site["attributes"]?["created"], site["attributes"]?[changedName])
    let isAsMade =
      created != nil && FieldValue.same(created, changed) && PushDecision.agrees(site, with: change.members)
    if !isAsMade, let deletion = try outbox.deletion(behind: change) {
      try dispute(deletion, copy, sinceMade(copy), &report)
    }
    try settle(isAsMade ? .resource(copy) : .found(copy), &report)
  }

  private func update(_ report: inout PushReport) async throws {
    var change = self.change
    var merges = 0
    while merges < PushAttempt.mostMerges {
      merges += 1
      guard let sight = try await lookBeforeUpdate(&report) else { continue }
      // The site shows what became one of another type under the path of this one, too, and would take the members of this one.
      guard case .there(let copy) = sight, isOfItsType(copy) else { return try deletedOnSite(&report) }
      try protect(copy, from: change, &report)
      switch try decision(change, copy) {
      // A copy that was looked at is no answer: others may have edited since ours arrived.
      case .done: return try settle(.found(copy), &report)
      case .conflict(let fields):
        try outbox.note(.fields, of: change, site: copy, fields: fields, at: time)
        report.conflicts += 1
        return
      case .yield(let fields):
        try outbox.note(.fields, of: change, site: copy, fields: fields, policy: "site", at: time)
        return try settle(.found(copy), &report)
      case .send(let members):
        if change.state == .uncertain, try givesUp(&report) { return }
        if !members.overruled.isEmpty {
          try outbox.note(.fields, of: change, site: copy, fields: members.overruled, policy: "by field", at: time)
        }
        guard try await departures.begin(Departure(change, members: members.merged, site: copy)) else { return }
        let request = OutgoingRequest.update(
          change, path: path, members.sent, changed: try read { try copy.attribute(changedName) }, named: changedName)
        do {
          if !change.uuid.isUUID { return try await updateByRoutes(members.sent, &report) }
          return try settle(.resource(written(try await send(request, &report))), &report)
        } catch let error where PushVerdict(error, of: .update, changed: changedName) == .readAgain {
          guard let fresh = try outbox.change(change.id), fresh.state == .sending else { return }
          change = fresh
          try outbox.postpone(change, .queued, isAttempt: false, until: time, error: "\(error)")
          guard let queued = try outbox.change(change.id) else { return }
          change = queued
        } catch let error where PushVerdict(error, of: .update) == .gone {
          // So the site also speaks of a target that it does not have (reference 5.1).
          guard case .gone = try await lookAfter(&report) else { return try reject(error, &report) }
          return try deletedOnSite(&report)
        } catch let error as SiteError where PushVerdict(error, of: .update) == .rejected {
          guard try setsApart(error, &report), let rest = try outbox.change(change.id), rest.state == .queued else {
            throw error
          }
          // Each time there are fewer of them.
          merges -= 1
          change = rest
        }
      }
    }
    try postpone(
      change.state == .uncertain ? .uncertain : .queued,
      "the resource changes on the site faster than it can be merged", &report)
  }

  /// What to do with an update. Mostly nothing of the copy has to be looked at but the members that the change sets.
  private func decision(_ change: OutboxChange, _ copy: SiteCopy) throws -> PushDecision {
    let values = try read { try change.members.map { try copy.value(of: $0) } }
    if !PushDecision.clashes(change, values) {
      return PushDecision.update(change, values: values, site: nil, policies: push.policies, changed: changedName)
    }
    return PushDecision.update(change, site: try json(copy), policies: push.policies, changed: changedName)
  }

  /// A deletion that waits behind an update was asked for by somebody who did not see what others edited since: once the
  /// update is merged with that, nobody could tell.
  private func protect(_ copy: SiteCopy, from change: OutboxChange, _ report: inout PushReport) throws {
    guard let deletion = try outbox.deletion(behind: change) else { return }
    let edits = try othersEdits(of: copy, by: change.members)
    if !edits.isEmpty { try dispute(deletion, copy, edits.fields, &report) }
  }

  private func dispute(
    _ deletion: OutboxChange, _ copy: SiteCopy, _ fields: [ConflictField], _ report: inout PushReport
  ) throws {
    let winner = push.policies.winner(deletion, site: try json(copy), changed: changedName)
    if winner == .local { return }
    try outbox.note(.changedOnSite, of: deletion, site: copy, fields: fields, at: time)
    if winner == .site {
      for conflict in try outbox.conflicts() where conflict.change == deletion.id {
        try outbox.resolve(conflict.id, .site, at: time)
      }
    } else {
      report.conflicts += 1
    }
  }

  /// Whether a copy is still of the type that the change is about.
  private func isOfItsType(_ copy: SiteCopy) -> Bool { copy.scanned.type == change.type }

  /// How often in a row somebody else may be faster.
  private static let mostMerges = 5

  private func delete(_ report: inout PushReport) async throws {
    guard case .there(let copy) = try await look(&report) else { return try settle(.gone, &report) }
    let isUser = try reading.entityTypes().entityType(of: change.type) == "user"
    // An account is blocked, not removed (reference 5.4): done, where a request has left.
    if isUser, change.state == .uncertain, try json(copy)["attributes"]?["status"] == false {
      return try settle(.resource(copy), &report)
    }
    let edits = try othersEdits(of: copy, by: nil)
    if !edits.isEmpty || !isOfItsType(copy) {
      switch push.policies.winner(change, site: try json(copy), changed: changedName) {
      case .local?:
        try outbox.note(.changedOnSite, of: change, site: copy, fields: edits.fields, policy: "local", at: time)
      case .site?:
        try outbox.note(.changedOnSite, of: change, site: copy, fields: edits.fields, policy: "site", at: time)
        return try settle(.resource(copy), &report)
      default:
        try outbox.note(.changedOnSite, of: change, site: copy, fields: edits.fields, at: time)
        report.conflicts += 1
        return
      }
    }
    if change.state == .uncertain, try givesUp(&report) { return }
    guard try await departures.begin(Departure(change, members: [], site: nil)) else { return }
    do {
      let response = try await send(OutgoingRequest.delete(change, path: path), &report)
      _ = try SiteAnswer.written(response)
    } catch let error where PushVerdict(error, of: .delete) == .gone {
      return try settle(.gone, &report)
    }
    if isUser, case .there(let blocked) = try await lookAfter(&report) {
      return try settle(.resource(blocked), &report)
    }
    try settle(.gone, &report)
  }

  private func upload(_ report: inout PushReport) async throws {
    guard let upload = change.upload, let hostPath = upload.hostPath else {
      let reason = "the site links no collection of \(change.upload?.hostType ?? "the file's host")"
      return try reject(OutboxUnsendable(description: reason), &report)
    }
    if change.state == .uncertain {
      if let copy = try await made(upload, &report) { return try settle(.resource(copy), &report) }
      if try givesUp(&report) { return }
    } else {
      // Nothing of it has arrived: what it makes comes behind all that is there now.
      let newest = try await newestFile(&report)
      try outbox.note(highestID: newest, of: change)
    }
    guard let bytes = try? outbox.bytes(of: upload.file) else {
      let reason = "the bytes of \(upload.file.filename) are not in \(outbox.uploadsPath) any more"
      return try reject(OutboxUnsendable(description: reason), &report)
    }
    guard try await departures.begin(Departure(change, members: change.members, site: nil)) else { return }
    let request = OutgoingRequest.upload(upload, hostPath: hostPath, bytes: bytes)
    try settle(.resource(written(try await send(request, &report))), &report)
  }
}
