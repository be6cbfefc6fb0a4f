import Crypto
import HTTPTypes
import Hummingbird
import HummingbirdCore
import JSONAPI
import NIOCore
import Store

/// A body as it came: a short one in memory, a longer one on disk, where it went piece by piece. So what clients have sent by half
/// takes no memory by its length.
struct ReceivedBody: Sendable {
  private enum Place: Sendable {
    case memory([UInt8])
    case disk(IncomingUpload)
  }

  /// The body did not come whole: the client broke it off, sent what is none, or took too long.
  struct Interrupted: Error {}

  /// So much is in memory at a time. Bytes.
  private static let most = 262_144

  private let place: Place
  /// How many bytes it has.
  let count: Int

  /// A body in memory.
  init(_ bytes: [UInt8]) { (place, count) = (.memory(bytes), bytes.count) }

  private init(_ upload: IncomingUpload) { (place, count) = (.disk(upload), Int(clamping: upload.count)) }

  /// Reads a body to its end.
  /// - Parameters:
  ///   - limit: the most bytes that are taken.
  ///   - recording: beside whose mirror it is put.
  /// - Returns: nil for one that is longer. What is left of it is not read.
  /// - Throws: `Interrupted`; an error of the file system where the disk does not take it.
  static func receive(_ sent: Sent, upTo limit: Int, spoolingTo recording: Recording) async throws -> ReceivedBody? {
    // A length that is no number is one beyond all.
    let announced = sent.request.headers[.contentLength].map { Int($0) ?? .max }
    if let announced, announced > limit { return nil }
    sent.wantsBody()
    var waiting: [UInt8] = []
    var upload: IncomingUpload?
    var count = 0
    var pieces = sent.request.body.makeAsyncIterator()
    while true {
      let next: ByteBuffer?
      do { next = try await pieces.next() } catch { throw Interrupted() }
      guard let piece = next else { break }
      count += piece.readableBytes
      guard count <= limit else { return nil }
      waiting += piece.readableBytesView
      if waiting.count >= most {
        upload = try await write(waiting, to: upload, recording)
        waiting.removeAll(keepingCapacity: true)
      }
    }
    // Where the server stops, a body seems to end.
    guard !Task.isCancelled, announced.map({ $0 == count }) ?? true else { throw Interrupted() }
    guard let begun = upload else { return ReceivedBody(waiting) }
    return ReceivedBody(try await write(waiting, to: begun, recording))
  }

  private static func write(
    _ bytes: [UInt8], to begun: IncomingUpload?, _ recording: Recording
  ) async throws -> IncomingUpload {
    try await UploadWrites.run {
      let upload = try begun ?? recording.incomingUpload()
      try upload.append(bytes)
      return upload
    }
  }

  /// All of it. Not on an event loop.
  /// - Throws: when the disk does not give it back.
  func bytes() throws -> [UInt8] {
    switch place {
    case .memory(let bytes): bytes
    case .disk(let upload): try upload.bytes()
    }
  }

  /// Keeps it as a file that waits for the site. Not on an event loop.
  /// - Throws: an error of the file system.
  func staged(as filename: String, by recording: Recording) throws -> StagedFile {
    switch place {
    case .memory(let bytes):
      try recording.stage(bytes, filename: filename, sha256: Hexadecimal.text(SHA256.hash(data: bytes)))
    case .disk(let upload): try recording.stage(upload, filename: filename)
    }
  }
}
