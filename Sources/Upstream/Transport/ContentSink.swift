/// Where the content of a file goes while it arrives, so that it is never in memory as a whole.
package protocol ContentSink: AnyObject, Sendable {
  /// Is told head and status before the first byte, only for status 200 and 206. False refuses the content.
  func begin(_ head: InboundResponse) -> Bool
  /// Takes a piece; it is borrowed. False stops the transfer.
  func take(_ piece: UnsafeRawBufferPointer) -> Bool
}

extension Transport {
  /// A transport that has no way of its own to stream hands the content over in one piece.
  package func download(_ request: OutboundRequest, into sink: any ContentSink) async throws -> InboundResponse {
    var response = try await send(request)
    guard response.status == 200 || response.status == 206 else { return response }
    let content = response.body
    response.body = []
    guard sink.begin(response), content.isEmpty || content.withUnsafeBytes({ sink.take($0) }) else {
      throw TransportError.refused(request.url)
    }
    return response
  }
}

extension TransportError {
  /// The sink did not want the content.
  static func refused(_ url: String) -> TransportError {
    TransportError(.refused, "the content was not taken", url: WebAddress.withoutSecrets(url))
  }
}
