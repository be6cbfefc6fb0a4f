import Foundation
import Testing
import TokenIssuer

@Suite struct SigningKeyTests {
  private func inFolder(_ body: (URL) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "signing-key-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder)
  }

  private func failure(_ path: String) async -> SigningKeyFile.Failure? {
    await #expect(throws: SigningKeyFile.Failure.self) { try await SigningKeyFile(path: path).loadOrCreate() }
  }

  @Test func theKeyIsMadeOnceForItsOwnerAlone() async throws {
    try await inFolder { folder in
      let file = SigningKeyFile(path: folder.appending(path: "key.pem").path)
      #expect(try await file.load() == nil)
      let made = try await file.loadOrCreate().id
      let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
      let text = try String(contentsOfFile: file.path, encoding: .utf8)
      #expect(try await file.loadOrCreate().id == made)
      #expect(try String(contentsOfFile: file.path, encoding: .utf8) == text)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["key.pem"])
    }
  }

  @Test func startsAtTheSameMomentAgreeOnOneKey() async throws {
    try await inFolder { folder in
      let file = SigningKeyFile(path: folder.appending(path: "key.pem").path)
      let keys = try await withThrowingTaskGroup(of: String.self) { group in
        for _ in 0..<4 { group.addTask { try await file.loadOrCreate().id } }
        return try await group.reduce(into: Set<String>()) { $0.insert($1) }
      }
      #expect(keys.count == 1)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["key.pem"])
    }
  }

  @Test(arguments: ["", "hello", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "half"])
  func aDamagedFileIsNamedAndLeftAlone(content: String) async throws {
    try await inFolder { folder in
      let path = folder.appending(path: "key.pem").path
      let text = content == "half" ? String(try Bench.pem.get().prefix(800)) : content
      try Data(text.utf8).write(to: URL(filePath: path))
      chmod(path, 0o600)
      let failure = await failure(path)
      #expect(failure == .damaged(path: path))
      #expect(failure?.description.contains(path) == true)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    }
  }

  @Test func aFileThatEveryUserMayReadIsRefused() async throws {
    try await inFolder { folder in
      let path = folder.appending(path: "key.pem").path
      try Data(Bench.pem.get().utf8).write(to: URL(filePath: path))
      chmod(path, 0o644)
      #expect(await failure(path) == .exposed(path: path))
      chmod(path, 0o640)
      _ = try await SigningKeyFile(path: path).loadOrCreate()
    }
  }

  @Test func aShortKeyIsRefused() async throws {
    try await inFolder { folder in
      let path = folder.appending(path: "key.pem").path
      try FileManager.default.copyItem(at: Fixture.url("short-key.pem"), to: URL(filePath: path))
      chmod(path, 0o600)
      #expect(await failure(path) == .tooShort(path: path))
    }
  }

  @Test func aMissingFolderAndAFolderInItsPlaceAreNamed() async throws {
    try await inFolder { folder in
      let missing = folder.appending(path: "no/key.pem").path
      #expect(await failure(missing) == .file(path: missing, step: "made", code: ENOENT))
      #expect(await failure(folder.path)?.description.contains(folder.path) == true)
    }
  }

  @Test func messagesDoNotShowTheKey() async throws {
    let body = try #require(try Bench.pem.get().split(separator: "\n").dropFirst().first)
    for failure in [SigningKeyFile.Failure.damaged(path: "/k"), .tooShort(path: "/k"), .exposed(path: "/k")] {
      #expect(!failure.description.contains(body) && failure.description.contains("/k"))
    }
  }
}
