import Foundation
import Support
import Testing

@testable import Store

/// Who has the writer lock, found out without taking it.
@Suite struct LockHolderTests {
  private static let list = """
    1: POSIX  ADVISORY  WRITE 27506 00:1b:588811 120 120
    2: -> FLOCK  ADVISORY  WRITE 31 00:1b:588811 0 EOF
    3: FLOCK  ADVISORY  WRITE 4711 00:1b:588811 0 EOF
    4: FLOCK  ADVISORY  WRITE -1 08:01:12 0 EOF
    5: FLOCK  ADVISORY  WRITE twelve 08:01:13 0 EOF
    6: FLOCK
    """

  @Test func theListNamesTheProcess() {
    #expect(LockHolder(inode: 588_811, noted: nil, in: Self.list) == LockHolder(process: 4711))
    #expect(LockHolder(inode: 12, noted: nil, in: Self.list) == LockHolder(process: 0))
    for absent: UInt64 in [13, 1, 0] { #expect(LockHolder(inode: absent, noted: 30, in: Self.list) == nil) }
    #expect(LockHolder(inode: 1, noted: 4711, in: "") == nil)
    #expect(LockHolder(inode: 1, noted: 4711, in: Self.list) == LockHolder(process: 4711))
  }

  @Test(.enabled(if: FileManager.default.isReadableFile(atPath: "/proc/locks"))) func aLockIsSeenAndLeftAlone() throws {
    let proven = try ProvenMirror()
    let path = proven.mirror.path
    #expect(LockHolder(ofMirrorAt: path) == nil)
    do {
      let lock = try WriterLock(mirrorPath: path)
      #expect(LockHolder(ofMirrorAt: path) != nil)
      withExtendedLifetime(lock) {}
    }
    #expect(LockHolder(ofMirrorAt: path) == nil)
    withExtendedLifetime(try WriterLock(mirrorPath: path)) {}
  }
}
