import DurableFiles
import Foundation
import Testing

@Suite struct DurableFileTests {
  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "durable-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }

  private func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  private func content(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }

  private func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  @Test func aFileIsReplacedAsAWhole() throws {
    try inFolder { (folder: String) throws in
      let path = folder + "/secret"
      let large = [UInt8](repeating: 7, count: 1 << 20)
      for content in [[1, 2, 3], [], large] as [[UInt8]] {
        try DurableFile.replace(path, with: content)
        #expect(try self.content(path) == content)
        #expect(try mode(path) == 0o600)
      }
      // An open file of before is closed by the next one.
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
      try DurableFile.replace(path, with: [4])
      #expect(try mode(path) == 0o600)
      try DurableFile.replace(path, with: [5], mode: 0o640)
      #expect(try mode(path) == 0o640)
      #expect(try names(folder) == ["secret"], "no draft stays")
    }
  }

  @Test func aFileThatIsThereStays() throws {
    try inFolder { (folder: String) throws in
      let path = folder + "/key"
      #expect(try DurableFile.create(path, with: [1]))
      #expect(try mode(path) == 0o600)
      #expect(try !DurableFile.create(path, with: [2]))
      #expect(try content(path) == [1])
      #expect(try names(folder) == ["key"])
    }
  }

  @Test func theStepThatWasRefusedIsTold() throws {
    try inFolder { (folder: String) throws in
      let nowhere = folder + "/missing/file"
      #expect(throws: FileFault(step: .making, code: ENOENT)) { try DurableFile.replace(nowhere, with: []) }
      #expect(throws: FileFault(step: .making, code: ENOENT)) { try DurableFile.create(nowhere, with: []) }
      #expect(throws: FileFault(step: .lasting, code: ENOENT)) { try DurableFile.synchronizeFolder(of: nowhere) }
      #expect(throws: FileFault(step: .writing, code: ENOENT)) { try DurableFile.synchronize(nowhere) }
      #expect(throws: FileFault(step: .reading, code: EBADF)) { try DurableFile.contents(of: -1) }
      try FileManager.default.createDirectory(atPath: folder + "/taken", withIntermediateDirectories: false)
      let fault = #expect(throws: FileFault.self) { try DurableFile.replace(folder + "/taken", with: [1]) }
      #expect(fault?.step == .naming && fault?.code == EISDIR)
      #expect(try names(folder) == ["taken"])
    }
  }

  @Test func contentsEndAtTheLimit() throws {
    try inFolder { (folder: String) throws in
      let path = folder + "/file"
      let bytes = (0..<20_000).map { UInt8(truncatingIfNeeded: $0) }
      try DurableFile.replace(path, with: bytes)
      try DurableFile.synchronize(path)
      for (limit, expected) in [(Int.max, 20_000), (20_000, 20_000), (9000, 9000), (1, 1), (0, 0)] {
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        #expect(try DurableFile.contents(of: descriptor, atMost: limit) == Array(bytes.prefix(expected)))
      }
    }
  }

  @Test func whatWasOpenedIsTold() throws {
    try inFolder { (folder: String) throws in
      let path = folder + "/file"
      try DurableFile.replace(path, with: [1], mode: 0o640)
      for (name, expected) in [(path, FileStatus(isRegular: true, permissions: 0o640)), (folder, nil)] {
        let descriptor = open(name, O_RDONLY)
        defer { close(descriptor) }
        let status = try DurableFile.status(of: descriptor)
        #expect(status == expected ?? FileStatus(isRegular: false, permissions: status.permissions))
      }
      #expect(throws: FileFault(step: .reading, code: EBADF)) { try DurableFile.status(of: -1) }
    }
  }

  @Test(arguments: [("/a/b", "/a"), ("/a", "/"), ("a", "."), ("a/b/c", "a/b")])
  func aPathTellsItsFolder(path: String, folder: String) {
    #expect(DurableFile.folder(of: path) == folder)
  }
}
