import Foundation
import HTTPTypes
import JSONAPI
import NIOCore
import Store

/// A write, all but its body.
struct WriteRequest: Sendable {
  var route: WriteRoute
  var method: String
  var uri: RequestURI
  var base: DocumentBase
  /// What its author may see: a write is checked against that, and answered with it.
  var sight: Sight
  var author: ChangeAuthor
  /// Whether the token's scopes allow to change resources of a type, given with its entity type.
  var mayWrite: @Sendable (_ type: String, _ entityType: String) -> Bool
  /// The `Content-Disposition` header.
  var disposition: String?
}

/// What was recorded for a write.
struct RecordedWrite: Sendable {
  /// Those that the site has to settle.
  var changes: [Int64] = []
  /// The interned resource and its type's name.
  var resource: Int64
  var type: String
  var uuid: ResourceID
  /// Whether the answer has no content.
  var isBare = false
}

/// Checks writes as the site does, records them, and answers with what the mirror then shows (reference 5).
struct WriteAnswers: Sendable {
  let answers: ResourceAnswers
  let reading: Reading
  let recording: Recording
  /// Writes are recorded one after the other: of two that were based on the same `changed`, one must see the other. They are
  /// checked before that, side by side: a check that takes long holds up nobody else.
  private let turn = WriteTurn()
  /// Is called while a write is checked: for tests of what others do meanwhile.
  var whileChecking: @Sendable () -> Void = {}
  /// How long and how deep bodies may be.
  var limits = ServerLimits.standard
  /// How often a write is checked that takes long and that others are faster than.
  private static let mostChecks = 5
  /// A check that took no longer may be made again while the others wait.
  var shortCheck = Duration.milliseconds(100)

  init(answers: ResourceAnswers, reading: Reading, recording: Recording) {
    (self.answers, self.reading, self.recording) = (answers, reading, recording)
  }

  /// Checks a write with its body and records it. When this returns, it is in the outbox and in the local copy.
  /// - Parameters:
  ///   - now: Unix seconds.
  ///   - limit: how long the work on it may go on until it is recorded.
  /// - Throws: `ErrorResponse`, `QueryParameterError` as the site answers; `QueryOverdue` where the mirror cannot be asked in
  ///   time; errors of the mirror. Nothing is recorded then.
  func record(
    _ write: WriteRequest, _ body: ReceivedBody, at now: Int64, within limit: WorkLimit = WorkLimit()
  ) throws -> RecordedWrite {
    // Before it is this one's turn: the others do not wait for it.
    let body = try WriteBody(
      body, isDocument: write.route.takesDocument, depth: limits.jsonDepth, within: limit, write.uri)
    for _ in 0..<WriteAnswers.mostChecks {
      let (began, deletions) = (ContinuousClock.now, turn.deletions)
      let plan = try check(write, body, at: now, within: limit)
      whileChecking()
      let isShort = ContinuousClock.now - began < shortCheck
      let recorded = try turn.alone { () -> RecordedWrite? in
        // What it points to may be gone, too.
        let stands = try stamp(of: write) == plan.stamp && (plan.isDeletion || turn.deletions == deletions)
        guard stands || isShort else { return nil }
        return try record(stands ? plan : check(write, body, at: now, within: limit), write, at: now)
      }
      if let recorded { return recorded }
    }
    throw ErrorResponse.later(
      "Others changed what this write is about while it was checked; nothing was recorded. Try again.", write.uri)
  }

  private func check(_ write: WriteRequest, _ body: WriteBody, at now: Int64, within limit: WorkLimit) throws -> Plan {
    try answers.reader.snapshot(seeing: write.sight) { snapshot in
      let subject = try subject(write, snapshot)
      try checkLearned(write, subject, at: now)
      let plan = try plan(
        write, body, subject,
        SnapshotResources(snapshot: snapshot, recording: recording, limit: limit, request: write.uri))
      if write.route.takesDocument { try checkAnswer(write, snapshot) }
      return plan
    }
  }

  /// Records what was checked. In turn.
  private func record(_ plan: Plan, _ write: WriteRequest, at now: Int64) throws -> RecordedWrite {
    let fileType = plan.fileType
    var outcome = RecordedWrite(resource: 0, type: plan.type, uuid: plan.uuid, isBare: plan.isBare)
    var changes: [LocalChange] = []
    for action in plan.actions {
      var isUpload = false
      if case .upload = action { isUpload = true }
      changes.append(
        LocalChange(
          type: isUpload ? fileType : plan.type,
          uuid: isUpload ? plan.file ?? plan.uuid : plan.uuid, action: action, author: write.author,
          clientBase: write.base.text))
    }
    do {
      let recorded = try recording.record(changes, at: now)
      // Not before: who counts it beforehand could still see what goes.
      if plan.isDeletion { turn.noteDeletion() }
      outcome.changes = recorded.flatMap { $0.change.map { [$0] } ?? $0.repeats }
      if let last = recorded.last { (outcome.resource, outcome.uuid) = (last.resource, last.uuid) }
    } catch let refusal as RecordRefusal {
      throw self.refusal(refusal, write)
    }
    return outcome
  }

  /// What changed between the check and the record, in the site's words.
  private func refusal(_ refusal: RecordRefusal, _ write: WriteRequest) -> any Error {
    switch refusal {
    case .alreadyExists: ErrorResponse(status: 409, detail: "Conflict: Entity already exists.", request: write.uri)
    case .notFound(let type, _):
      ErrorResponse.unknownEntity(
        type: ResourceTypeName(type),
        collectionPath: (try? answers.reader.single(seeing: write.sight) { try $0.type(name: type)?.routePath })
          ?? write.route.path,
        method: write.method,
        request: write.uri)
    case .notToMany, .noRelationship:
      ErrorResponse(
        status: 403, detail: "The current user is not allowed to edit this relationship.", request: write.uri)
    case .unknownType: refusal
    }
  }
}
