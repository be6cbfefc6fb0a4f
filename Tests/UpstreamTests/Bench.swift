import Foundation
import JSONAPI
import Logging
import Support
import Synchronization
import Testing

@testable import Upstream

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// A transport to a scripted server, both taken down afterwards.
func withServer<Value>(
  _ script: @escaping ScriptedServer.Script, settings change: (inout TransportSettings) -> Void = { _ in },
  _ body: (ScriptedServer, CurlTransport) async throws -> Value
) async throws -> Value {
  let server = try ScriptedServer(script: script)
  defer { server.stop() }
  var settings = TransportSettings(origin: try WebOrigin(of: server.origin))
  settings.timeoutSeconds = 20
  change(&settings)
  let transport = try CurlTransport(settings, logger: quiet)
  defer { transport.shutdown() }
  return try await body(server, transport)
}

/// The kind of the transport's failure; nil, with an issue recorded, when there was none.
func failure(_ work: () async throws -> InboundResponse) async -> TransportError? {
  do {
    let response = try await work()
    Issue.record("an answer where a failure was expected: \(response)")
  } catch let error as TransportError {
    return error
  } catch {
    Issue.record("another failure: \(error)")
  }
  return nil
}

/// A transport that answers from a closure and remembers what it was asked.
final class ScriptedTransport: Transport {
  private let script: @Sendable (OutboundRequest, Int) async throws -> InboundResponse
  private let log = Mutex<[OutboundRequest]>([])

  init(_ script: @escaping @Sendable (OutboundRequest, Int) async throws -> InboundResponse) { self.script = script }

  var requests: [OutboundRequest] { log.withLock { $0 } }
  /// The forms sent to the token route.
  var forms: [String] {
    requests.filter { $0.url.hasSuffix("/oauth/token") }.map { String(decoding: $0.body ?? [], as: UTF8.self) }
  }

  func send(_ request: OutboundRequest) async throws -> InboundResponse {
    let number = log.withLock { log in
      log.append(request)
      return log.count
    }
    return try await script(request, number)
  }
}

func fixture(_ name: String) throws -> [UInt8] {
  let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  return Array(try Data(contentsOf: folder.appending(path: "Fixtures/Upstream/\(name)")))
}

/// A folder of its own, removed afterwards.
func withFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
  let folder = FileManager.default.temporaryDirectory.appending(path: "upstream-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try await body(folder.path)
}
