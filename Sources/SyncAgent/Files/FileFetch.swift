import Foundation
import JSONAPI
import Logging
import Store
import Synchronization
import Upstream

/// Brings one file's content.
struct FileFetch: Sendable {
  /// How it ended.
  enum Outcome: Sendable, Hashable {
    case kept
    case fetched(bytes: Int64)
    /// It is noted with the file.
    case failed
    case diskFull(String)
  }

  let site: Site
  let mirror: Mirror
  let folder: BinaryFolder
  let foreign: @Sendable (WebOrigin) throws -> any Transport
  let now: @Sendable () -> Int64
  let logger: Logger

  /// Fetches what has to be fetched and notes how it went.
  /// - Parameter limit: the most bytes that it may have; nil for no limit.
  /// - Throws: refused credentials, a fault of the mirror, `CancellationError`.
  func bring(_ file: FileSource, atMost limit: Int64?) async throws -> Outcome {
    do {
      return try await bring(file, isFresh: false, limit)
    } catch let fault as BinaryFault {
      return fault.isFull ? .diskFull("\(fault)") : try failed(file, "\(fault)")
    } catch let error as SignInError {
      throw error
    } catch let error as SiteError {
      return try failed(file, "\(error)")
    } catch let error as TransportError where error.kind != .closed {
      return try failed(file, "\(error)")
    }
  }

  private func failed(_ file: FileSource, _ reason: String) throws -> Outcome {
    let next = now() + FileTrust.pause(attempts: (file.known?.attempts ?? 0) + 1)
    try mirror.noteFailure(of: file, reason: reason, next: next)
    logger.info("a file could not be fetched", metadata: ["file": "\(file.uri)", "reason": "\(reason)"])
    return .failed
  }

  private func bring(_ file: FileSource, isFresh: Bool, _ limit: Int64?) async throws -> Outcome {
    switch FileStep.next(file, isFresh: isFresh) {
    case .keep(let content):
      try mirror.note(content, of: file, at: now())
      return .kept
    case .renewURL:
      return try await bring(try await renewed(file), isFresh: true, limit)
    case .fetch:
      do { return try await fetch(file, limit) } catch let error as SiteError
        where !isFresh && [.forbidden, .notFound].contains(error.kind) && file.url.contains("?")
      {
        return try await bring(try await renewed(file), isFresh: true, limit)
      }
    }
  }

  private func fetch(_ file: FileSource, _ limit: Int64?) async throws -> Outcome {
    let part = try folder.incoming(file.uuid, atMost: limit)
    let begun = part.count
    let sink = PartSink(part, expecting: file)
    let answer: FileAnswer
    do {
      answer = try await site.download(into: sink, foreign: foreign) {
        FileStep.request(file, arrived: part.count, partValidator: PartMark.read(part))
      }
    } catch {
      // On a full disk half a file is only in the way.
      if part.count == 0 || part.fault?.isFull == true {
        PartMark.remove(part)
        part.discard()
      }
      if let fault = part.fault { throw fault }
      if let objection = sink.objection { throw SiteError(.malformed, status: 200, detail: objection) }
      throw error
    }
    switch answer {
    case .unchanged:
      part.discard()
      guard var known = file.known, known.hash != nil else {
        throw SiteError(.malformed, status: 304, detail: "not modified, and yet not here")
      }
      known.source = file.identity
      try mirror.note(known, of: file, at: now())
      return .kept
    case .otherFile:
      PartMark.remove(part)
      part.discard()
      throw SiteError(.malformed, status: 416, detail: "the file is another than the part that is here")
    case .content(let validator, let lastModified, let mediaType):
      let bytes = part.count
      let hash = try folder.adopt(part)
      PartMark.remove(part)
      try mirror.note(
        FileContent(
          source: file.identity, hash: hash, bytes: bytes, mediaType: mediaType, validator: validator,
          lastModified: lastModified, isPublic: file.isPublic, attempts: 0), of: file, at: now())
      if let before = file.known?.hash, before != hash, try !mirror.isContentUsed(before) { folder.remove(before) }
      return .fetched(bytes: bytes - min(begun, bytes))
    }
  }

  /// The same file with the URL that the site gives at present.
  private func renewed(_ file: FileSource) async throws -> FileSource {
    var fresh = file
    let digits = Array(file.uuid)
    guard digits.count == 32 else { return file }
    let uuid = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
    let path = try mirror.types().first { $0.name == "file--file" }?.path ?? "/jsonapi/file/file"
    fresh.url = try await site.ask(SiteRequest(path: "\(path)/\(uuid)")) { response in
      let document = try JSON(parsing: SiteAnswer.document(of: response))
      return document["data"]?["attributes"]?["uri"]?["url"]?.string ?? file.url
    }
    return fresh
  }
}

/// Takes what arrives into the file of a part, once head and media type are found good.
private final class PartSink: ContentSink {
  private let part: IncomingContent
  private let file: FileSource
  private let refusal = Mutex<String?>(nil)

  /// Why the content is not taken.
  var objection: String? { refusal.withLock { $0 } }

  init(_ part: IncomingContent, expecting file: FileSource) {
    self.part = part
    self.file = file
  }

  func begin(_ head: InboundResponse) -> Bool {
    if let objection = FileTrust.objection(file, mediaType: head["Content-Type"]) {
      refusal.withLock { $0 = objection }
      return false
    }
    let continues = head.status == 206 && head["Content-Range"]?.hasPrefix("bytes \(part.count)-") == true
    if head.status == 206, !continues {
      refusal.withLock { $0 = "the site sent another range than the one asked for" }
      return false
    }
    guard continues || part.clear() else { return false }
    PartMark.write(FileAnswer.validator(of: head), part)
    return true
  }

  func take(_ piece: UnsafeRawBufferPointer) -> Bool { part.append(piece) }
}

/// What a part came with, in a file beside it: without it, what has arrived cannot be continued.
private enum PartMark {
  static func read(_ part: IncomingContent) -> String? {
    try? String(contentsOfFile: part.path + ".validator", encoding: .utf8)
  }

  static func write(_ validator: String?, _ part: IncomingContent) {
    guard let validator else { return remove(part) }
    try? Data(validator.utf8).write(to: URL(filePath: part.path + ".validator"))
  }

  static func remove(_ part: IncomingContent) { unlink(part.path + ".validator") }
}
