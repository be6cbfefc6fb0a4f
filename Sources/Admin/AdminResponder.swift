import HTTPTypes
import Hummingbird
import NIOCore

/// A request's own things, with the connection that it came on.
struct AdminContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }
}

/// Carries requests from Hummingbird to the server, each read whole and within limits, and its answers back.
struct AdminResponder: HTTPResponder {
  typealias Context = AdminContext

  let server: AdminServer

  /// Why a request was not read to its end, as it is answered.
  private struct Refusal: Error {
    let answer: AdminAnswer

    init(_ status: Int, _ text: String) {
      answer = AdminAnswer(status: status, text: text, fields: [.connection: "close"])
    }
  }

  func respond(to request: Request, context: Context) async throws -> Response {
    do {
      guard var asked = AdminRequest(request.head, from: context.channel.remoteAddress) else {
        throw Refusal(400, "Bad request.")
      }
      if asked.method != .get, asked.method != .head { asked.body = try await body(of: request) }
      return response(await server.answer(asked), to: asked.method)
    } catch let refusal as Refusal {
      // What is left of the body is not waited for.
      let channel = context.channel
      channel.eventLoop.scheduleTask(in: .seconds(2)) { channel.close(promise: nil) }
      return response(refusal.answer.guarded, to: request.method)
    }
  }

  private func response(_ answer: AdminAnswer, to method: HTTPRequest.Method) -> Response {
    var fields = answer.fields
    if let type = answer.contentType { fields[.contentType] = type }
    fields[.contentLength] = String(answer.body.count)
    let body = method == .head ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
    return Response(status: .init(code: answer.status), headers: fields, body: body)
  }

  /// The body, if it comes in time and is short enough.
  private func body(of request: Request) async throws -> [UInt8] {
    // A length that is no number is one beyond all.
    let announced = request.headers[.contentLength].map { Int($0) ?? .max }
    guard announced ?? 0 <= AdminRequest.mostBodyBytes else { throw Refusal(413, "The body is too long.") }
    let (pieces, limit) = (request.body, server.settings.timeLimit)
    return try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
      group.addTask {
        var bytes: [UInt8] = []
        for try await piece in pieces {
          guard bytes.count + piece.readableBytes <= AdminRequest.mostBodyBytes else {
            throw Refusal(413, "The body is too long.")
          }
          bytes += piece.readableBytesView
        }
        return bytes
      }
      group.addTask {
        try await Task.sleep(for: limit)
        return nil
      }
      defer { group.cancelAll() }
      guard let first = try await group.next(), let bytes = first else { throw Refusal(408, "The body did not come.") }
      // Where the server stops, a body seems to end.
      guard !Task.isCancelled, announced.map({ $0 == bytes.count }) ?? true else {
        throw Refusal(400, "The body is not whole.")
      }
      return bytes
    }
  }
}
