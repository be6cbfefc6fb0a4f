import HummingbirdCore
import JSONAPI
import NIOCore
import ServiceLifecycle
import Store

/// Sends changes as server-sent events (HTML, 9.2): each with the place behind it as its `id`, so that who connects again goes on there.
/// A client that does not read holds up itself: the next event is written once it has taken what came before.
struct FeedStream: Sendable {
  /// How the time of a stream is parted.
  struct Pace: Sendable {
    /// A sign of life after so long without an event.
    var heartbeat = Duration.seconds(15)
    /// A stream ends after so long; clients connect again by themselves.
    var longest = Duration.seconds(3_600)
  }

  let answers: FeedAnswers
  let request: FeedRequest
  let asked: Asked
  /// Held while the stream is.
  let place: FeedCrowd.Place
  let pace: Pace

  /// Writes events until the stream has lasted long enough, the token is good no more or shows something else, the server stops, or the
  /// place can be read on from no more.
  /// - Throws: where the client is gone.
  func write(from start: FeedPosition, to writer: inout any ResponseBodyWriter) async throws {
    try await writer.write(ByteBuffer(string: "retry: 3000\n\n"))
    let end = ContinuousClock.now + pace.longest
    var position = start
    var written = ContinuousClock.now
    while ContinuousClock.now < end {
      guard let viewer = try? await answers.viewers.viewer(asked.head), viewer.caller.token != nil,
        viewer.sight == asked.viewer.sight, let seen = try? answers.watch.seen()
      else { return }
      let page: FeedPage
      switch await look(position) {
      case .page(let found): page = found
      case .later: continue
      case .over(let words):
        if let words { try await writer.write(ByteBuffer(string: words)) }
        return
      }
      for change in page.changes {
        try await writer.write(ByteBuffer(bytes: FeedStream.event(change, behind: page.place(behind: change))))
        written = ContinuousClock.now
      }
      position = page.position
      if page.isEnd {
        let left = min(pace.heartbeat - (ContinuousClock.now - written), .seconds(5))
        guard await answers.waits(past: seen, for: left) else { return }
      }
      if ContinuousClock.now - written >= pace.heartbeat {
        // Without data it is no event; the place counts all the same.
        try await writer.write(ByteBuffer(string: ": \nid: \(position.text)\n\n"))
        written = ContinuousClock.now
      }
    }
  }

  private enum Look {
    case page(FeedPage)
    /// The mirror was too busy.
    case later
    /// With what is sent last.
    case over(String?)
  }

  private func look(_ position: FeedPosition) async -> Look {
    do {
      return .page(try await answers.look(request, position, asked.viewer.sight, asked).page)
    } catch let refusal as FeedRefusal {
      let words: JSON = .object(
        JSONObject([
          ("detail", .string(refusal.description)), ("start", .string("\(asked.uri.withoutQuery)?since=0")),
        ]))
      return .over("event: gone\ndata: \(words.text(.plain))\n\n")
    } catch is QueryOverdue {
      let waited: Void? = try? await Task.sleep(for: .seconds(1))
      return waited == nil || Task.isShuttingDownGracefully ? .over(nil) : .later
    } catch {
      return .over(nil)
    }
  }

  private static func event(_ change: FeedChange, behind place: FeedPosition) -> [UInt8] {
    var bytes = Array("id: \(place.text)\nevent: change\ndata: ".utf8)
    change.append(to: &bytes)
    bytes += "\n\n".utf8
    return bytes
  }
}
