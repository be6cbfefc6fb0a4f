import Foundation
import TokenIssuer

/// One key for all servers of a run: each would make its own, which takes a debug build a second and more.
package enum SharedSigningKey {
  private static let pem = Result { try SigningKey.newPEM() }

  /// Puts the key where a server looks for its own; what is there stays.
  /// - Throws: when no key can be made.
  package static func put(at path: String) throws {
    guard !FileManager.default.fileExists(atPath: path) else { return }
    let key = Data(try pem.get().utf8)
    guard FileManager.default.createFile(atPath: path, contents: key, attributes: [.posixPermissions: 0o600]) else {
      throw CocoaError(.fileWriteUnknown)
    }
  }
}
