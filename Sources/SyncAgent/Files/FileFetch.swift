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
    /// - Parameter isReplaced: whether the site has put it in the place of the one that was here, without a word.
    case fetched(bytes: Int64, isReplaced: Bool)
    /// It is noted with the file.
    case failed(Failure)
    case diskFull(String)
  }

  /// Why a content does not come.
  enum Failure: Sendable, Hashable {
    /// The site does not have it.
    case lost
    /// It is about this file, or about another server than the site.
    case ofFile
    /// The site is away.
    case ofSite
  }

  let site: Site
  let files: FileKeeping
  let reading: Reading
  let folder: BinaryFolder
  let foreign: @Sendable (WebOrigin) throws -> any Transport
  let now: @Sendable () -> Int64
  let logger: Logger
  let placing = Placing()

  /// Fetches what has to be fetched and notes how it went.
  /// - Parameter limit: the most bytes that it may have; nil for no limit.
  /// - Throws: refused credentials, a fault of the mirror, `CancellationError`.
  func bring(_ file: FileSource, atMost limit: Int64?) async throws -> Outcome {
    do {
      return try await bring(file, isFresh: false, limit)
    } catch let fault as BinaryFault {
      return fault.isFull && !fault.isOverBudget ? .diskFull("\(fault)") : try failed(file, "\(fault)", .ofFile)
    } catch let error as SignInError {
      throw error
    } catch let error as SiteError {
      return try failed(file, FileTrust.reason(error), error.kind == .notFound ? .lost : kind(error, file))
    } catch let error as TransportError where error.kind != .closed {
      return try failed(file, "\(error)", kind(error, file))
    }
  }

  private func kind(_ error: any Error, _ file: FileSource) -> Failure {
    FileTrust.isSiteAway(error) && file.path != nil ? .ofSite : .ofFile
  }

  private func failed(_ file: FileSource, _ reason: String, _ kind: Failure) throws -> Outcome {
    let pause = FileTrust.pause(attempts: (file.known?.attempts ?? 0).addingClamped(1), isLost: kind == .lost)
    try files.noteFailure(
      of: file, FileFailure(reason: reason, isLost: kind == .lost, next: now() + pause), at: now())
    logger.info("a file could not be fetched", metadata: ["file": "\(file.uri)", "reason": "\(reason)"])
    return .failed(kind)
  }

  private func bring(_ file: FileSource, isFresh: Bool, _ limit: Int64?) async throws -> Outcome {
    guard file.reference != nil || file.base.isEmpty else {
      throw SiteError(
        .malformed, status: 200,
        detail: "its address is none that can be asked: \(file.url.prefix { $0 != "?" }.prefix(120))")
    }
    switch FileStep.next(file, isFresh: isFresh) {
    case .keep(let content):
      try files.note(content, of: file, at: now(), isCompared: false)
      return .kept
    case .compare(let content):
      // The site can only say that it has the same as was here: what is damaged since is not that.
      if try hasDamaged(content, of: file) {
        var anew = file
        (anew.known, anew.isCheck) = (nil, false)
        return try await fetch(anew, limit)
      }
      // A tag tells by itself.
      guard content.validator?.hasSuffix("\"") != true else { return try await fetch(file, limit) }
      let isSame = try await isSame(file, content)
      guard isSame == true else {
        // A date would call an older file in its place the same.
        return try await fetch(file, limit, isConditional: isSame == nil)
      }
      try files.note(content, of: file, at: now())
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

  /// - Parameter isConditional: whether the site may say that the content is the one that is here.
  private func fetch(_ file: FileSource, _ limit: Int64?, isConditional: Bool = true) async throws -> Outcome {
    let part = try folder.incoming(file.uuid, atMost: limit)
    let begun = part.count
    let sink = PartSink(part, in: folder, expecting: file)
    let answer: FileAnswer
    do {
      answer = try await site.download(into: sink, foreign: foreign) {
        FileStep.request(
          file, arrived: part.count, partValidator: PartMark.read(part, of: file), isConditional: isConditional)
      }
    } catch {
      // On a full disk half a file is only in the way, and so is half of another.
      let isOfNoUse =
        part.fault?.isFull == true || sink.isOtherFile || (error as? TransportError)?.kind == .protocolFailure
      if part.count == 0 || isOfNoUse {
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
      guard var known = file.known, FileStep.validator(for: file) != nil else {
        throw SiteError(.malformed, status: 304, detail: "not modified, and yet not here")
      }
      known.source = file.identity
      try files.note(known, of: file, at: now())
      return .kept
    case .otherFile:
      PartMark.remove(part)
      part.discard()
      throw SiteError(.malformed, status: 416, detail: "the file is another than the part that is here")
    case .content(let validator, let lastModified, let mediaType):
      let bytes = part.count
      if bytes == 0, let size = file.size, size > 0 {
        PartMark.remove(part)
        part.discard()
        throw SiteError(.malformed, status: 200, detail: "the site sent nothing for a file of \(size) bytes")
      }
      // What has arrived stays, to be continued.
      if let objection = FileTrust.objection(file, bytes: bytes) {
        PartMark.remove(part)
        part.discard()
        throw SiteError(.malformed, status: 200, detail: objection)
      }
      if let lack = sink.lack(of: bytes) { throw SiteError(.malformed, status: 200, detail: lack) }
      let hash = try part.finish()
      let isSame = file.isCheck && hash == file.known?.hash && file.known?.source == file.identity
      try place(
        part,
        FileContent(
          source: file.identity, hash: hash, bytes: bytes, mediaType: mediaType, validator: validator,
          lastModified: lastModified, isPublic: file.isPublic, attempts: 0), of: file)
      return isSame
        ? .kept
        : .fetched(
          bytes: bytes - min(begun, bytes), isReplaced: file.isCheck && file.known?.source == file.identity)
    }
  }

  /// Gives a content its place and its row, and takes away what nothing uses any more.
  private func place(_ part: IncomingContent, _ content: FileContent, of file: FileSource) throws {
    guard let hash = content.hash else { return }
    try placing.alone {
      try folder.adopt(part, as: hash)
      PartMark.remove(part)
      let isNoted = try files.note(content, of: file, at: now())
      // A sweep may have removed the file meanwhile.
      if !isNoted, try !files.isContentUsed(hash) { folder.remove(hash) }
      if let before = file.known?.hash, before != hash, try !files.isContentUsed(before) { folder.remove(before) }
    }
  }

  /// The same file with the URL that the site gives at present.
  private func renewed(_ file: FileSource) async throws -> FileSource {
    var fresh = file
    guard let id = file.id else { return file }
    let path = try reading.types().first { $0.entityType == "file" }?.path ?? "/jsonapi/file/file"
    fresh.url = try await site.ask(SiteRequest(path: "\(path)/\(id.pathPart)")) { response in
      let document = try JSON(parsing: SiteAnswer.document(of: response))
      return document["data"]?["attributes"]?["uri"]?["url"]?.string ?? file.url
    }
    return fresh
  }
}

/// Lets one content at a time get its place and its row, or lose both: of two files with the same content, one could
/// else remove what the other has just put there and not noted yet.
final class Placing: Sendable {
  private let mutex = Mutex(())

  func alone(_ body: () throws -> Void) throws { try mutex.withLock { _ in try body() } }
}

/// Takes what arrives into the file of a part, once head and media type are found good.
private final class PartSink: ContentSink {
  private let part: IncomingContent
  private let folder: BinaryFolder
  private let file: FileSource
  private let state = Mutex(State())

  private struct State {
    var objection: String?
    var isOtherFile = false
    var continuation: PartContinuation?
    var beginning = ContentBeginning()
    var reserve = DiskReserve()
  }

  /// Why the content is not taken.
  var objection: String? { state.withLock { $0.objection } }
  /// Whether what has arrived is part of another file than the site has now.
  var isOtherFile: Bool { state.withLock { $0.isOtherFile } }

  /// What is missing at the end, for people; nil when all is there.
  func lack(of bytes: Int64) -> String? { state.withLock { $0.continuation }?.lack(of: bytes) }

  init(_ part: IncomingContent, in folder: BinaryFolder, expecting file: FileSource) {
    self.part = part
    self.folder = folder
    self.file = file
  }

  func begin(_ head: InboundResponse) -> Bool {
    if let objection = FileTrust.objection(file, mediaType: head["Content-Type"]) {
      state.withLock { $0.objection = objection }
      return false
    }
    let continuation = PartContinuation(
      head, arrived: part.count, partValidator: PartMark.read(part, of: file), size: file.size)
    switch continuation {
    case .refused(let objection):
      state.withLock { ($0.objection, $0.isOtherFile) = (objection, true) }
      return false
    case .continues: break
    case .whole: guard part.clear() else { return false }
    }
    state.withLock { $0.continuation = continuation }
    PartMark.write(head.isCoded ? nil : FileAnswer.validator(of: head), part, of: file)
    return true
  }

  func take(_ piece: UnsafeRawBufferPointer) -> Bool {
    let objection = state.withLock { state -> String? in
      guard state.reserve.holds(piece.count, free: { folder.freeBytes }) else {
        (state.objection, state.isOtherFile) = (DiskReserve.objection(arrived: part.count), true)
        return state.objection
      }
      guard case .whole = state.continuation, state.beginning.isPage(with: piece, of: file) else { return nil }
      (state.objection, state.isOtherFile) = (FileTrust.page, true)
      return state.objection
    }
    return objection == nil && part.append(piece)
  }
}

/// What a part came with, in a file beside it: the validator and where the site kept the file, for a validator speaks
/// of one address only. Without it, what has arrived cannot be continued.
private enum PartMark {
  static func read(_ part: IncomingContent, of file: FileSource) -> String? {
    guard let text = try? String(contentsOfFile: path(part), encoding: .utf8) else { return nil }
    let lines = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
    return lines.count == 2 && lines[1] == file.uri ? String(lines[0]) : nil
  }

  static func write(_ validator: String?, _ part: IncomingContent, of file: FileSource) {
    guard let validator else { return remove(part) }
    try? Data("\(validator)\n\(file.uri)".utf8).write(to: URL(filePath: path(part)))
  }

  static func remove(_ part: IncomingContent) { unlink(path(part)) }

  private static func path(_ part: IncomingContent) -> String { part.path + ".validator" }
}
