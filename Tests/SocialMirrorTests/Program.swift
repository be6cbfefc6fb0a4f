import Foundation
import JSONAPI
import Support
import Testing

/// What a run of the program left behind.
struct ProgramRun: Sendable {
  var code: Int32
  var isKilled: Bool
  var out: String
  var err: String
  /// Both outputs, for messages.
  var all: String { out + err }
}

/// A folder with a configuration, in which the built program runs.
final class Workplace: Sendable {
  let folder: String
  /// The password and client secret of the sample site, and whatever a test adds: never in any output.
  static let secrets = ["demo-password", "demo-secret"]

  /// In which way the test damages the mirror that the program makes here; nil where all is to be true of it at the end.
  private let damage: String?

  /// - Parameters:
  ///   - change: replaces members of the configuration, by `site.auth.clientID` and the like; null leaves out.
  ///   - damage: in which way the test damages the mirror: then nothing is proved of it at the end.
  init(_ baseURL: String, _ change: [String: JSON] = [:], damagedBy damage: String? = nil) throws {
    self.damage = damage
    folder = FileManager.default.temporaryDirectory.appending(path: "program-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var values: [(String, JSON)] = [
      ("site.baseURL", .string(baseURL)), ("site.auth.clientID", "demo-client"),
      ("site.auth.clientSecret", "demo-secret"), ("site.auth.username", "demo"),
      ("site.auth.password", "demo-password"), ("site.requestsPerSecond", 1000), ("mirror.path", "data/mirror.sqlite"),
      ("sync.settleWindowSeconds", 1), ("admin.port", 0),
    ]
    for (name, value) in change {
      values.removeAll { $0.0 == name }
      values.append((name, value))
    }
    var root = JSON.object(JSONObject())
    for (name, value) in values where !value.isNull {
      root = root.setting(name.split(separator: ".").map(String.init), value)
    }
    try Data(root.encoded(.plain)).write(to: URL(filePath: config))
  }

  deinit {
    if damage == nil { ProvenMirror.prove(at: mirrorPath) }
    chmod(folder + "/locked", 0o755)
    try? FileManager.default.removeItem(atPath: folder)
  }

  var config: String { folder + "/config.json" }
  var mirrorPath: String { folder + "/data/mirror.sqlite" }

  /// What the runs in this folder have said on standard error so far, also the one that is under way.
  var said: String { get throws { try written("err") } }

  /// The same on standard output.
  var printed: String { get throws { try written("out") } }

  private func written(_ kind: String) throws -> String {
    try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix("." + kind) }.map { name in
      String(decoding: try Data(contentsOf: URL(filePath: folder + "/" + name)), as: UTF8.self)
    }.joined()
  }

  /// The built program: beside the test bundle.
  static let program: String? = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let places =
      [URL(filePath: CommandLine.arguments[0]), Bundle.main.bundleURL.appending(path: "x")].map {
        $0.deletingLastPathComponent().appending(path: "social-mirror").path
      } + [root.appending(path: ".build/debug/social-mirror").path]
    return places.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// Runs the program to its end and checks that no secret is in its output.
  @discardableResult
  func run(
    _ arguments: [String], environment: [String: String] = [:], input: String = "", secrets: [String] = secrets,
    whileRunning: @escaping @Sendable (Int32) async throws -> Void = { _ in }
  ) async throws -> ProgramRun {
    let process = Process()
    process.executableURL = URL(filePath: try #require(Workplace.program))
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: folder)
    process.environment = ["PATH": "/usr/bin:/bin", "HOME": folder].merging(environment) { _, new in new }
    let number = UUID().uuidString
    let (out, err, inPath) = (folder + "/\(number).out", folder + "/\(number).err", folder + "/\(number).in")
    for path in [out, err] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
    try Data(input.utf8).write(to: URL(filePath: inPath))
    process.standardInput = FileHandle(forReadingAtPath: inPath)
    process.standardOutput = FileHandle(forWritingAtPath: out)
    process.standardError = FileHandle(forWritingAtPath: err)
    let (ends, end) = AsyncStream.makeStream(of: Void.self)
    process.terminationHandler = { _ in end.finish() }
    try process.run()
    do {
      try await whileRunning(process.processIdentifier)
      for await _ in ends {}
      // A test whose time is up ends by itself: of a process that still runs there is no status to ask for.
      try Task.checkCancellation()
    } catch {
      kill(process.processIdentifier, SIGKILL)
      throw error
    }
    let run = ProgramRun(
      code: process.terminationStatus, isKilled: process.terminationReason == .uncaughtSignal,
      out: try String(contentsOfFile: out, encoding: .utf8), err: try String(contentsOfFile: err, encoding: .utf8))
    for secret in secrets { #expect(!run.all.contains(secret), "a secret is in the output of \(arguments)") }
    return run
  }
}

extension JSON {
  /// The value with one member set, objects made on the way.
  fileprivate func setting(_ path: [String], _ value: JSON) -> JSON {
    guard let first = path.first else { return value }
    var object = self.object ?? JSONObject()
    object[first] = (object[first] ?? .object(JSONObject())).setting(Array(path.dropFirst()), value)
    return .object(object)
  }
}
