import HTTPTypes
import JSONAPI
import NIOCore
import Store

/// What a write is answered with: a read of what the mirror shows after it, or the site's own words.
extension WriteAnswers {
  /// The answer to a recorded write: 201, 200 or 204 (reference 5.2 to 5.7).
  func answer(_ write: WriteRequest, _ recorded: RecordedWrite) throws -> Answer {
    if recorded.isBare { return try bare(write, recorded) }
    let read = ReadRequest(uri: write.uri, base: write.base, seeing: write.sight, isCollection: false)
    let found: Answer?
    switch write.route {
    case .create(let path):
      found = try answers.individual(read, collection: path, id: recorded.uuid.description).map(created)
    case .change(let path, let id): found = try answers.individual(read, collection: path, id: id)
    case .relationship(let path, let id, let field):
      found = try answers.relationship(read, collection: path, id: id, field: field)
    case .upload: found = try file(write, recorded)
    case .attach(let path, let id, let field):
      found = try answers.related(read, collection: path, id: id, field: field)
    }
    // What was made of it may be hidden from its author: it is recorded all the same.
    if !write.sight.isEverything, found.map({ $0.status == 404 }) ?? true { return accepted(write, recorded) }
    guard var answer = found else { return Answer(page: "Page not found", status: 404) }
    // A validator of what was written is no validator of this URL's content.
    if answer.status != 200 || write.method != "PATCH" { answer.fields[.eTag] = nil }
    return answer
  }

  private func bare(_ write: WriteRequest, _ recorded: RecordedWrite) throws -> Answer {
    var answer = Answer(status: 204)
    try speak(of: recorded, write, in: &answer)
    return answer
  }

  /// Says of an answer that shows nothing how many changes of the resource wait.
  private func speak(of recorded: RecordedWrite, _ write: WriteRequest, in answer: inout Answer) throws {
    try answers.reader.single(seeing: write.sight) { snapshot in
      guard let type = try snapshot.type(name: recorded.type) else { return }
      let pending = try snapshot.pendingChanges(of: recorded.resource, type: type)
      answer.speaks(knownUntil: try snapshot.state(ofType: type.id).knownUntil, pending: pending)
    }
  }

  /// The answer to a recorded write whose own cannot be made: 202 (JSON:API 1.0, "202 Accepted"), and what it is about.
  func accepted(_ write: WriteRequest, _ recorded: RecordedWrite) -> Answer {
    var document = DocumentBody()
    document.meta = JSONObject([
      ("type", .string(recorded.type)), ("id", .string(recorded.uuid.description)),
      ("detail", "This write is recorded and goes to the site; it could not be shown. Do not send it again: read it."),
    ])
    var answer = Answer(document: ByteBuffer(bytes: document.json.encoded(.site)), status: 202)
    // What kept the answer from being made may keep this from being told.
    try? speak(of: recorded, write, in: &answer)
    return answer
  }

  /// 201 with the resource's own URL, which has the revision once the site gave one.
  private func created(_ answer: Answer) throws -> Answer {
    guard answer.status == 200 else { return answer }
    var answer = answer
    answer.status = 201
    let document = try JSON(parsing: Array(answer.body.readableBytesView))
    answer.fields[.location] = document["data"]?["links"]?["self"]?["href"]?.string
    return answer
  }

  /// A new file at its own URL, without `Location` (reference 5.7). The site gives it another UUID than it had here.
  private func file(_ write: WriteRequest, _ recorded: RecordedWrite) throws -> Answer? {
    let uuid = try recording.siteUUID(ofUpload: recorded.uuid) ?? recorded.uuid
    guard let path = try answers.reader.single(seeing: write.sight, { try $0.type(name: recorded.type)?.path }) else {
      return nil
    }
    let own = RequestURI(base: write.base.text, target: "\(path)/\(uuid.pathPart)")
    let read = ReadRequest(uri: own, base: write.base, seeing: write.sight, isCollection: false)
    var answer = try answers.individual(read, collection: path, id: uuid.description)
    if answer?.status == 200 { answer?.status = 201 }
    return answer
  }

  // MARK: Waiting

  /// What the site said to the changes of a write, when it said it in time.
  enum SiteWord: Sendable {
    /// It has carried all of them out: what the mirror shows is its answer.
    case done
    /// It refused one.
    case refused(OutboxChange)
  }

  /// Waits for the site's answer.
  /// - Parameter seconds: how long at most.
  /// - Returns: nil when there was none in time, or the change waits for a person.
  func siteWord(on recorded: RecordedWrite, within seconds: Int) async throws -> SiteWord? {
    guard !recorded.changes.isEmpty else { return nil }
    let deadline = ContinuousClock.now + .seconds(seconds)
    var pause = Duration.milliseconds(10)
    while true {
      let changes = try recorded.changes.compactMap { try recording.change($0) }
      if let refused = changes.first(where: { $0.state == .rejected }) { return .refused(refused) }
      if changes.contains(where: { $0.state == .conflict || $0.state == .dropped }) { return nil }
      if changes.allSatisfy({ $0.state == .settled }) {
        // Part of it may have been refused by itself.
        let part = try recorded.changes.lazy.compactMap { try recording.refusedPart(of: $0) }.first
        return part.map { .refused($0) } ?? .done
      }
      guard ContinuousClock.now < deadline else { return nil }
      do { try await Task.sleep(for: pause) } catch { return nil }
      pause = min(pause * 2, .milliseconds(200))
    }
  }

  /// The site's refusal as the client would have got it, its links on this mirror; for who may not see everything its status alone.
  /// Nil when the site sent no document.
  func relayed(_ change: OutboxChange, _ write: WriteRequest) throws -> Answer? {
    guard let text = change.errorDocument, let document = try? JSON(parsing: Array(text.utf8)),
      let status = document["errors"]?[0]?["status"]?.string.flatMap({ Int($0) }), (400..<600).contains(status)
    else { return nil }
    guard write.sight.isEverything else {
      // The site speaks to the account that synchronises, of what that one sees: that a name is taken, for one.
      return Answer(ErrorResponse(status: status, detail: "The site refused this write.", request: write.uri))
    }
    let site = try reading.fact(.siteBaseURL) ?? ""
    let body = document.encoded(.site)
    var escaped: [UInt8] = []
    var own: [UInt8] = []
    JSON.encodeContent(site, into: &escaped, .site)
    JSON.encodeContent(write.base.text, into: &own, .site)
    let translated = site.isEmpty ? body : body.replacing(escaped, with: own)
    return Answer(document: ByteBuffer(bytes: translated), status: status)
  }
}
