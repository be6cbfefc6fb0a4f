import Foundation
import Testing

/// `key`, on the built program.
@Suite struct KeyCommandTests {
  @Test func keysRotateBesideTheMirrorAndNeverInIt() async throws {
    let place = try Workplace("http://127.0.0.1:9")
    #expect(try await place.run(["key", "rotate"]).code == 1, "there is no mirror yet")
    #expect(!FileManager.default.fileExists(atPath: place.mirrorPath + ".signing-key.pem"))
    #expect(try await place.run(["consumer", "add", "--label", "CRM", "--id", "crm"]).code == 0)
    #expect(try await place.run(["key", "list"]).out.contains("no key yet"))
    let first = try await place.run(["key", "rotate"])
    #expect(first.code == 0 && first.out.hasPrefix("signs     ") && !first.out.contains("lives out"), "\(first.all)")
    let second = try await place.run(["key", "rotate"])
    let name = try #require(first.out.split(separator: "\n").first?.split(separator: " ").last)
    #expect(second.out.contains("lives out \(name) until 2"), "\(second.all)")
    let list = try await place.run(["key", "list"]).out.split(separator: "\n")
    #expect(list.count == 2 && list[0].contains("  signs  ") && list[1].hasPrefix("\(name)  until 2"))
    // The private keys are in files for their owner alone, and in no other.
    let folder = URL(filePath: place.mirrorPath).deletingLastPathComponent()
    var keys: [String] = []
    for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
      guard let text = try? Data(contentsOf: file), text.range(of: Data("PRIVATE KEY".utf8)) != nil else { continue }
      keys.append(file.lastPathComponent)
      let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
    #expect(keys.count == 2 && keys.allSatisfy { $0.hasPrefix("mirror.sqlite.signing-key.") }, "\(keys)")
  }
}
