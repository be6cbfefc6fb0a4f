import Foundation
import JSONAPI
import Synchronization
import Testing

@testable import TokenIssuer

@Suite struct KeyRingTests {
  /// A folder as a mirror's is, for as long as `body` runs.
  private func withFiles(_ body: (KeyRingFiles, URL) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "key-ring-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(KeyRingFiles(path: folder.appending(path: "mirror.sqlite.signing-key.pem").path), folder)
  }

  private func ids(_ ring: KeyRing) throws -> [String] {
    try #require(ring.document.document["keys"]?.array).compactMap { $0["kid"]?.string }
  }

  private var now: Int64 { Int64(Date().timeIntervalSince1970) }

  /// Waits until it is so. Five seconds are promised; what is told apart here is whether it comes at all.
  private func eventually(_ isSo: () async throws -> Bool) async throws {
    let start = ContinuousClock.now
    while try await !isSo() {
      guard ContinuousClock.now - start < .seconds(20) else {
        Issue.record("not within twenty seconds")
        return
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  @Test func aRunningProcessTakesUpARotationAndOldTokensLiveOut() async throws {
    try await withFiles { files, folder in
      let changes = Mutex(0)
      let ring = try await KeyRing(files, issuer: Bench.issuer, onChange: { changes.withLock { $0 += 1 } })
      let bench = try await Bench(key: ring)
      let old = try await bench.ask("password").member("access_token")
      let first = try ids(ring)
      let rotation = try await files.rotate(until: now + 3_600, at: now)
      #expect([rotation.before].compactMap { $0 } == first && rotation.id != first[0])
      try await eventually {
        await ring.refresh()
        return try ids(ring) == [rotation.id] + first
      }
      let new = try await bench.ask("password").member("access_token")
      #expect(try JOSE.parts(new).header["kid"]?.string == rotation.id)
      #expect(changes.withLock { $0 } > 0)
      _ = try await bench.verifier.verify(new, at: bench.clock.now)
      let left = try #require(files.retired().first)
      #expect(left.id == first[0])
      for path in [files.path, left.path] {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
      #expect(await ring.claims(of: old, keyID: first[0], at: Double(now)) != nil, "lives out")
      #expect(await ring.claims(of: old, keyID: first[0], at: Double(now + 3_601)) == nil, "and no longer")
      #expect(await ring.claims(of: old, keyID: rotation.id, at: Double(now)) == nil, "by its own key alone")
    }
  }

  /// A second process has not looked lately: a token with a key that it does not know makes it look.
  @Test func aTokenOfANewKeyIsKnownElsewhereAtOnce() async throws {
    try await withFiles { files, _ in
      let one = try await KeyRing(files, issuer: Bench.issuer)
      let rotation = try await files.rotate(until: now + 60, at: now)
      let two = try await KeyRing(files, issuer: Bench.issuer)
      let claims = AccessTokenClaims(aud: "a", jti: "j", iat: 1, nbf: 1, exp: 2, scope: [])
      let token = try await two.sign(claims)
      try await Task.sleep(for: .milliseconds(300))
      #expect(await one.claims(of: token, keyID: rotation.id, at: Double(now))?.jti == "j")
      let other = try await KeyRing(files, issuer: "https://other.example")
      #expect(await other.claims(of: token, keyID: rotation.id, at: Double(now)) == nil, "another mirror's name")
    }
  }

  /// Who takes a key's file away ends its tokens, those that were found good before among them.
  @Test func whatIsTakenAwayIsGone() async throws {
    try await withFiles { files, _ in
      let cache = AccessTokenCache()
      _ = try await SigningKeyFile(path: files.path).loadOrCreate()
      let ring = try await KeyRing(files, issuer: Bench.issuer, onChange: { cache.clear() })
      let bench = try await Bench(cache: cache, key: ring)
      let token = try await bench.ask("password").member("access_token")
      _ = try await bench.verifier.verify(token, at: bench.clock.now)
      _ = try await files.rotate(until: 1 << 34, at: now)
      let left = try #require(files.retired().first)
      try FileManager.default.removeItem(atPath: left.path)
      try await eventually {
        try await Task.sleep(for: .milliseconds(300))
        bench.clock.advance(6)
        return try bench.verifier.cached(token, at: bench.clock.now) == nil
      }
      await #expect(throws: BearerFailure.self) { try await bench.verifier.verify(token, at: bench.clock.now) }
    }
  }

  @Test func rotationsFollowEachOther() async throws {
    try await withFiles { files, _ in
      #expect(try await files.rotate(until: now + 60, at: now).before == nil, "the first makes a key")
      let second = try await files.rotate(until: now + 60, at: now)
      let third = try await files.rotate(until: now + 90, at: now)
      #expect(third.before == second.id)
      let listed = try await files.list(at: now)
      #expect(listed.keys.count == 3 && listed.keys[0].id == third.id && listed.keys[0].until == nil)
      #expect(listed.faults.isEmpty && listed.keys.allSatisfy { FileManager.default.fileExists(atPath: $0.path) })
      _ = try await files.rotate(until: now + 200, at: now + 91)
      #expect(files.retired().map(\.id) == [third.id], "what is over is removed")
    }
  }

  @Test func rotationsAtTheSameMomentLoseNoKey() async throws {
    try await withFiles { files, _ in
      _ = try await SigningKeyFile(path: files.path).loadOrCreate()
      let time = now
      let rotations = try await withThrowingTaskGroup(of: KeyRingFiles.Rotation.self) { group in
        for _ in 0..<3 { group.addTask { try await files.rotate(until: time + 60, at: time) } }
        return try await group.reduce(into: [KeyRingFiles.Rotation]()) { $0.append($1) }
      }
      let listed = try await files.list(at: time).keys.map(\.id)
      #expect(listed.count == 4 && Set(rotations.map(\.id)).isSubset(of: listed))
    }
  }

  /// One odd key costs its own tokens alone, and is named.
  @Test(arguments: ["damaged", "exposed", "folder"])
  func anOddOldKeyIsNamedAndTheOthersSign(kind: String) async throws {
    try await withFiles { files, folder in
      _ = try await files.rotate(until: now + 60, at: now)
      _ = try await files.rotate(until: now + 60, at: now)
      let left = try #require(files.retired().first).path
      switch kind {
      case "damaged": try Data("hello".utf8).write(to: URL(filePath: left))
      case "exposed": chmod(left, 0o644)
      default:
        try FileManager.default.removeItem(atPath: left)
        try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: false)
      }
      let said = Mutex<[SigningKeyFile.Failure]>([])
      let ring = try await KeyRing(files, issuer: "m", report: { fault in said.withLock { $0.append(fault) } })
      #expect(try ids(ring).count == 1)
      #expect(said.withLock { $0 }.map(\.description).contains { $0.contains(left) })
      // Names that are none of ours are left alone.
      for name in ["mirror.sqlite.signing-key.until-x.y.pem", "mirror.sqlite.signing-key.until-999999999999999.y.pem"] {
        try Data().write(to: folder.appending(path: name))
      }
      #expect(files.retired().count == 1)
    }
  }

  @Test func aKeyThatCannotBeReadAnyMoreSignsOn() async throws {
    try await withFiles { files, _ in
      let said = Mutex<[SigningKeyFile.Failure]>([])
      let ring = try await KeyRing(files, issuer: "m", report: { fault in said.withLock { $0.append(fault) } })
      let before = try ids(ring)
      try Data("hello".utf8).write(to: URL(filePath: files.path))
      try await eventually {
        await ring.refresh()
        return said.withLock { !$0.isEmpty }
      }
      let after = try ids(ring)
      #expect(said.withLock { $0 } == [.damaged(path: files.path)] && after == before)
      await #expect(throws: SigningKeyFile.Failure.self) { try await files.rotate(until: now + 60, at: now) }
    }
  }

  /// RFC 7638, 3.1: the thumbprint is the same for whoever makes one.
  @Test func keysAreNamedByTheirThumbprint() async throws {
    let key = try await SigningKey(pem: Bench.pem.get())
    #expect(key.id.wholeMatch(of: /[\w-]{43}/) != nil)
    #expect(try await SigningKey(pem: Bench.pem.get()).id == key.id)
    #expect(key.publicKey["kid"]?.string == key.id)
  }
}
