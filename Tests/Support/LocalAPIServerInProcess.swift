import HTTPTypes
import HummingbirdCore
import LocalAPI
import NIOCore

extension LocalAPIServer {
  /// An answer as it goes over the wire.
  package struct Answered: Sendable {
    /// The HTTP status.
    package var status: Int
    /// Header fields by lower-case name.
    package var fields: [String: String]
    /// Empty for HEAD.
    package var body: [UInt8]
  }

  /// Answers one request in this process, without a socket.
  /// - Parameters:
  ///   - target: path and query as in the request line.
  ///   - fields: header fields; `Host` becomes the authority of links.
  package func answer(
    _ method: String, _ target: String, _ fields: [String: String] = [:], body: [UInt8] = []
  ) async -> Answered {
    var head = HTTPRequest(
      method: HTTPRequest.Method(rawValue: method) ?? .get, scheme: "http", authority: fields["Host"], path: target)
    for (name, value) in fields where name != "Host" {
      if let name = HTTPField.Name(name) { head.headerFields[name] = value }
    }
    let sent = await self.answer(to: Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: body))))
    var answered = Answered(
      status: sent.status, fields: [:], body: method == "HEAD" ? [] : Array(sent.body.readableBytesView))
    for field in sent.fields { answered.fields[field.name.canonicalName] = field.value }
    return answered
  }
}
