import Foundation
import HTTPTypes
import JSONAPI
import NIOCore
import Store
import Synchronization

/// A write, all but its body.
struct WriteRequest: Sendable {
  var route: WriteRoute
  var method: String
  var uri: RequestURI
  var base: DocumentBase
  var author: ChangeAuthor
  /// Whether the token's scopes allow writing.
  var mayWrite: Bool
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
  let mirror: Mirror
  /// Checks and recording go together: of two writes that were based on the same `changed`, one must see the other.
  private let turn = Turn()

  private final class Turn: Sendable {
    let mutex = Mutex(())
  }

  init(answers: ResourceAnswers, mirror: Mirror) { (self.answers, self.mirror) = (answers, mirror) }

  /// Checks a write with its body and records it. When this returns, it is in the outbox and in the local copy.
  /// - Parameters:
  ///   - now: Unix seconds.
  ///   - limit: how long the work on it may go on until it is recorded.
  /// - Throws: `ErrorResponse`, `QueryParameterError` as the site answers; errors of the mirror.
  func record(
    _ write: WriteRequest, _ body: [UInt8], at now: Int64, within limit: WorkLimit = WorkLimit()
  ) throws -> RecordedWrite {
    // Before it is this one's turn: the others do not wait for it.
    let body = try WriteBody(
      body, isDocument: write.route.takesDocument, within: limit, write.uri)
    return try turn.mutex.withLock { _ in
      let plan = try answers.reader.snapshot { snapshot in
        let subject = try subject(write, snapshot)
        try checkLearned(write, subject, at: now)
        return try self.plan(
          write, body, subject, SnapshotResources(snapshot: snapshot, mirror: mirror, limit: limit, request: write.uri))
      }
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
        let recorded = try mirror.record(changes, at: now)
        outcome.changes = recorded.flatMap { $0.change.map { [$0] } ?? $0.repeats }
        if let last = recorded.last { (outcome.resource, outcome.uuid) = (last.resource, last.uuid) }
      } catch let refusal as RecordRefusal {
        throw self.refusal(refusal, write)
      }
      return outcome
    }
  }

  /// What changed between the check and the record, in the site's words.
  private func refusal(_ refusal: RecordRefusal, _ write: WriteRequest) -> any Error {
    switch refusal {
    case .alreadyExists: ErrorResponse(status: 409, detail: "Conflict: Entity already exists.", request: write.uri)
    case .notFound(let type, _):
      ErrorResponse.unknownEntity(
        type: ResourceTypeName(type),
        collectionPath: (try? answers.reader.single { try $0.type(name: type)?.routePath }) ?? write.route.path,
        method: write.method,
        request: write.uri)
    case .notToMany, .noRelationship:
      ErrorResponse(
        status: 403, detail: "The current user is not allowed to edit this relationship.", request: write.uri)
    case .unknownType: refusal
    }
  }
}
