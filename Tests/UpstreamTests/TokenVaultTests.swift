import Foundation
import Synchronization
import Testing

@testable import Upstream

@Suite struct TokenVaultTests {
  let token = StoredToken(
    accessToken: "a.b.c", refreshToken: "def502", expiresAt: 300, renewAt: 270, issuedFor: "x\ny \"z\"")

  func mode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.posixPermissions] as? Int)
  }

  @Test func keptForTheOwnerAlone() async throws {
    try await withFolder { folder in
      let vault = FileTokenVault(path: folder + "/token.json")
      #expect(try vault.load() == nil)
      try vault.clear()
      try vault.save(token)
      #expect(try vault.load() == token)
      #expect(try mode(vault.path) == 0o600)
      var other = token
      other.refreshToken = nil
      try vault.save(other)
      #expect(try vault.load() == other)
      // No drafts stay behind.
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["token.json"])
      try vault.clear()
      #expect(try vault.load() == nil)
    }
  }

  @Test func anOpenFileIsClosed() async throws {
    try await withFolder { folder in
      let vault = FileTokenVault(path: folder + "/token.json")
      try vault.save(token)
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: vault.path)
      #expect(try vault.load() == token)
      #expect(try mode(vault.path) == 0o600)
    }
  }

  @Test func damageIsSaidWithoutTheContent() async throws {
    try await withFolder { folder in
      let vault = FileTokenVault(path: folder + "/token.json")
      for text in ["", "{", #"{"access_token":"geheim"}"#, "[]"] {
        try Data(text.utf8).write(to: URL(filePath: vault.path))
        #expect {
          try vault.load()
        } throws: {
          $0 is TokenVaultError && "\($0)".contains(vault.path) && !"\($0)".contains("geheim")
        }
      }
      let nowhere = FileTokenVault(path: folder + "/missing/token.json")
      #expect(throws: TokenVaultError.self) { try nowhere.save(token) }
    }
  }

  @Test func aFailedWriteLeavesTheOldOne() async throws {
    try await withFolder { folder in
      let vault = FileTokenVault(path: folder + "/token.json")
      // A folder in its place cannot be replaced by a file.
      try FileManager.default.createDirectory(atPath: vault.path, withIntermediateDirectories: false)
      #expect(throws: TokenVaultError.self) { try vault.save(token) }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["token.json"])
    }
  }

  /// Who may not write the file signs in for itself, and takes nothing from those who may.
  @Test func aBorrowedTokenLeavesTheFileAsItIs() async throws {
    try await withFolder { folder in
      let file = FileTokenVault(path: folder + "/token.json")
      #expect(file.isWritable && !FileTokenVault(path: folder + "/missing/token.json").isWritable)
      #expect(MemoryTokenVault(lookingInto: file).load() == nil)
      let route = TokenRoute()
      let transport = ScriptedTransport { request, _ in route.answer(request) }
      func session(_ vault: any TokenVault, at time: Int64) throws -> OAuthSession {
        try OAuthSession(
          tokenURL: "https://h.example/oauth/token", credentials: OAuthSessionTests.credentials, transport: transport,
          vault: vault, now: { time }, logger: quiet)
      }
      #expect(try await session(file, at: 0).accessToken() == "access1")
      let stored = try file.load()
      // As long as it is good; then a new one, and the one refresh token is left to its owner.
      #expect(try await session(MemoryTokenVault(lookingInto: file), at: 1).accessToken() == "access1")
      #expect(try await session(MemoryTokenVault(lookingInto: file), at: 1000).accessToken() == "access2")
      #expect(transport.forms.count == 2 && transport.forms.allSatisfy { $0.hasPrefix("grant_type=password") })
      #expect(try file.load() == stored && stored?.refreshToken == "refresh1")
      #expect(try await session(file, at: 1000).accessToken() == "access3")
      // A sign-in that was refused to its owner is not tried here, either.
      try file.clear()
      route.state.withLock { $0.passwordIsGood = false }
      await #expect(throws: SignInError.self) { try await session(file, at: 2000).accessToken() }
      let asked = transport.forms.count
      await #expect(throws: SignInError.self) {
        try await session(MemoryTokenVault(lookingInto: file), at: 2001).accessToken()
      }
      #expect(transport.forms.count == asked)
    }
  }

  @Test func aDamagedVaultDoesNotStopTheSession() async throws {
    try await withFolder { folder in
      let vault = FileTokenVault(path: folder + "/token.json")
      try Data("{".utf8).write(to: URL(filePath: vault.path))
      let route = TokenRoute()
      let session = try OAuthSession(
        tokenURL: "https://h.example/oauth/token", credentials: OAuthSessionTests.credentials,
        transport: ScriptedTransport { request, _ in route.answer(request) }, vault: vault, now: { 0 }, logger: quiet)
      #expect(try await session.accessToken() == "access1")
      #expect(try vault.load()?.accessToken == "access1")
    }
  }
}
