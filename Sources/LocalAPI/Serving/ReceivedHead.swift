import NIOHTTP1

/// The head of a request as it came: what its connection depends on, and what an answer to a read does, found in one walk over its
/// fields.
struct ReceivedHead {
  /// The body that it announces.
  private(set) var body = ConnectionCourse.Body.none
  /// Whether the client waits with the body (`Expect: 100-continue`, RFC 9110 section 10.1.1).
  private(set) var waits = false
  /// Whether it asks for another protocol: behind it, the decoder takes nothing for a request.
  private(set) var isUpgrade = false
  /// The size of its fields, with the signs between them and the ends of their lines.
  private(set) var bytes = 0
  /// What an answer depends on, of a read as most clients send it; nil for all else, which has a longer way: other methods, older
  /// versions, targets in other forms, more hosts than one, connections that are to be closed or upgraded.
  private(set) var read: RequestHead?

  /// - Parameter peer: who sent it; what proxies write counts where it is one that is trusted.
  init(_ head: HTTPRequestHead, from peer: Peer) {
    var read = RequestHead(lineOf: head)
    for (name, value) in head.headers {
      bytes += name.utf8.count + value.utf8.count + 4
      switch name.utf8.count {
      case 6 where name.isField("expect"):
        waits = head.version == .http1_1 && value.lowercased() == "100-continue"
      case 7 where name.isField("upgrade"): isUpgrade = true
      case 14 where name.isField("content-length"): body = .length(Int(value) ?? .max)
      case 17 where name.isField("transfer-encoding"): body = .chunked
      default: break
      }
      if read?.takes(name, value) == false { read = nil }
    }
    if peer.isTrusted, read != nil {
      var forwarded = ForwardedFields()
      for (name, value) in head.headers { forwarded.note(name, value) }
      read?.take(forwarded)
    }
    self.read = read
  }
}
