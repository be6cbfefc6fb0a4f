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
  /// Of two writes that were based on the same `changed`, one must see the other: what was checked is recorded as long as it is still
  /// so. They are checked before that, side by side: a check that takes long holds up nobody else.
  private let queue = WriteQueue()
  private let room = WriteRoom()
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

  /// Checks a write with its body and records it. When this returns, it is in the outbox and in the local copy, on disk for good.
  /// - Parameters:
  ///   - now: Unix seconds.
  ///   - limit: how long the work on it may go on at a time; what it waits for others does not count.
  /// - Throws: `ErrorResponse`, `QueryParameterError` as the site answers; `QueryOverdue` where the mirror cannot be asked in
  ///   time; errors of the mirror. Nothing is recorded then.
  func record(
    _ write: WriteRequest, _ body: ReceivedBody, at now: Int64, within limit: WorkLimit = WorkLimit()
  ) async throws -> RecordedWrite {
    let size = write.route.takesDocument ? body.count : 0
    await room.enter(size)
    defer { room.leave(size) }
    let limit = limit.anew
    let end = ContinuousClock.now + LocalWrites.patience
    var read: @Sendable () throws -> WriteBody = { [limits] in
      try WriteBody(body, isDocument: write.route.takesDocument, depth: limits.jsonDepth, within: limit, write.uri)
    }
    do {
      for _ in 0..<WriteAnswers.mostChecks {
        switch try await attempt(write, read, at: now, within: limit.anew, until: end) {
        case .recorded(let recorded): return recorded
        case .overtaken(let body): read = { body }
        }
      }
    } catch let refusal as RecordRefusal {
      throw self.refusal(refusal, write)
    }
    throw ErrorResponse.later(
      "Others changed what this write is about while it was checked; nothing was recorded. Try again.", write.uri)
  }

  private enum Attempt: Sendable {
    case recorded(RecordedWrite)
    /// Others were faster.
    case overtaken(WriteBody)
  }

  /// Checks a write and lets it wait to be recorded.
  private func attempt(
    _ write: WriteRequest, _ read: @escaping @Sendable () throws -> WriteBody, at now: Int64, within limit: WorkLimit,
    until end: ContinuousClock.Instant
  ) async throws -> Attempt {
    try await withCheckedThrowingContinuation { continuation in
      SlowWrites.begin { isActive in
        let waiting: WaitingWrite
        do {
          guard isActive else { throw CancellationError() }
          waiting = try self.waiting(write, try read(), at: now, within: limit, until: end) {
            continuation.resume(with: $0)
          }
        } catch { return continuation.resume(throwing: error) }
        if queue.add(waiting) { queue.lead(recording) }
      }
    }
  }

  private func waiting(
    _ write: WriteRequest, _ body: WriteBody, at now: Int64, within limit: WorkLimit,
    until end: ContinuousClock.Instant, _ tell: @escaping @Sendable (Result<Attempt, any Error>) -> Void
  ) throws -> WaitingWrite {
    let began = ContinuousClock.now
    let checked = try checked(write, body, at: now, within: limit)
    let again: @Sendable () throws -> WaitingWrite.Checked = {
      try self.checked(write, body, at: now, within: WorkLimit())
    }
    whileChecking()
    let isShort = ContinuousClock.now - began < shortCheck
    return WaitingWrite(checked: checked, again: isShort ? again : nil, now: now, bytes: body.bytes.count, end: end) {
      switch $0 {
      case .recorded(let recorded): tell(.success(.recorded(recorded)))
      case .overtaken: tell(.success(.overtaken(body)))
      case .failed(let error): tell(.failure(error))
      }
    }
  }

  /// What is to be recorded of a write as the mirror is now.
  private func checked(
    _ write: WriteRequest, _ body: WriteBody, at now: Int64, within limit: WorkLimit
  ) throws -> WaitingWrite.Checked {
    let deletions = queue.deletions
    let plan = try check(write, body, at: now, within: limit)
    let changes = plan.actions.map { action in
      var isUpload = false
      if case .upload = action { isUpload = true }
      return LocalChange(
        type: isUpload ? plan.fileType : plan.type, uuid: isUpload ? plan.file ?? plan.uuid : plan.uuid, action: action,
        author: write.author, clientBase: write.base.text)
    }
    return WaitingWrite.Checked(
      changes: changes, outcome: RecordedWrite(resource: 0, type: plan.type, uuid: plan.uuid, isBare: plan.isBare),
      stamp: plan.stamp, isDeletion: plan.isDeletion, deletions: deletions)
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
