import JSONAPI
import SampleSite
import Synchronization

/// A site with the upload route of a topic's picture, in few words (reference 5.7): whatever comes is `a b_0.png` with 7 bytes.
final class SiteUploads: Sendable {
  private let bench: PushBench
  private let first: RequestFate
  private let state = Mutex(State())

  private struct State {
    var files: [String] = []
    var posts = 0
    var lookups: [String] = []
  }

  /// - Parameter first: what becomes of the first upload; the later ones arrive.
  init(_ bench: PushBench, first: RequestFate) {
    self.bench = bench
    self.first = first
  }

  /// The UUIDs of the files that uploads have made.
  var files: [String] { state.withLock { $0.files } }
  /// The targets of the questions about files.
  var lookups: [String] { state.withLock { $0.lookups } }

  var transport: FatefulTransport {
    FatefulTransport(
      bench.site,
      decide: { [self] method, target in
        guard isUpload(method, target) else { return .arrives }
        return state.withLock { state in
          state.posts += 1
          return state.posts == 1 ? first : .arrives
        }
      },
      watch: { [self] method, target, act in
        if target.hasPrefix("/jsonapi/file/file?") { state.withLock { $0.lookups.append(target) } }
        guard isUpload(method, target) else { return act() }
        let new = (try? file("a b_0.png")) ?? ""
        state.withLock { $0.files.append(new) }
        var answer = act()
        answer.status = 201
        answer.fields = [("content-type", "application/vnd.api+json")]
        answer.body = bench.document(new, "file/file") ?? []
        return answer
      })
  }

  /// Somebody puts a file of 7 bytes on the site.
  /// - Returns: its UUID.
  @discardableResult
  func file(_ name: String) throws -> String {
    try bench.site.withCommunity { [now = bench.site.now] community in
      try community.create(
        "file--file", at: now,
        attributes: [
          ("filename", .string(name)), ("filesize", 7),
          ("uri", ["value": .string("public://\(name)"), "url": .string("/sites/default/files/\(name)")]),
        ])
    }
  }

  private func isUpload(_ method: String, _ target: String) -> Bool {
    method == "POST" && target.hasSuffix("/field_topic_image")
  }
}
