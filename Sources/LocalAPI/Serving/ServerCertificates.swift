import CoreFoundation
import Foundation
import Logging
import NIOCore
import NIOSSL
import Synchronization

/// The server's certificate and key, as they are in their files: a renewed one is taken without a restart.
final class ServerCertificates: Sendable {
  /// How a file was when it was looked at.
  private struct Stamp: Equatable {
    var device: UInt64 = 0
    var file: UInt64 = 0
    var bytes: Int64 = 0
    var seconds: Int64 = 0
    var nanoseconds: Int64 = 0
  }

  private struct State {
    var context: NIOSSLContext
    var stamps: [Stamp]
  }

  /// How often the files are looked at.
  private static let interval = Duration.seconds(30)

  private let certificateFile: String
  private let privateKeyFile: String
  private let state: Mutex<State>

  /// Reads both PEM files.
  /// - Throws: NIOSSL's error when one cannot be read, or they do not fit each other.
  init(_ certificateFile: String, _ privateKeyFile: String) throws {
    (self.certificateFile, self.privateKeyFile) = (certificateFile, privateKeyFile)
    let stamps = [certificateFile, privateKeyFile].map(ServerCertificates.stamp)
    state = Mutex(State(context: try ServerCertificates.context(certificateFile, privateKeyFile), stamps: stamps))
  }

  /// What new connections are spoken with; those that are open go on with their own.
  var context: NIOSSLContext { state.withLock { $0.context } }

  /// Takes what is in the files, if they are others than before. Each state of them is tried once: while one of the two is renewed
  /// and the other is not yet, they do not fit, and the old ones stay.
  /// - Returns: whether they were taken; false when they are as before.
  /// - Throws: NIOSSL's error; the old ones stay.
  func renew() throws -> Bool {
    let stamps = [certificateFile, privateKeyFile].map(ServerCertificates.stamp)
    let isNew = state.withLock { state in
      defer { state.stamps = stamps }
      return state.stamps != stamps
    }
    guard isNew else { return false }
    let context = try ServerCertificates.context(certificateFile, privateKeyFile)
    state.withLock { $0.context = context }
    return true
  }

  /// Looks after the files until the task is cancelled.
  static func watch(_ certificates: ServerCertificates?, _ logger: Logger) async {
    guard let certificates else { return }
    while !Task.isCancelled {
      do {
        try await Task.sleep(for: interval)
        if try certificates.renew() {
          logger.notice("the renewed certificate is in use", metadata: ["file": "\(certificates.certificateFile)"])
        }
      } catch is CancellationError {
        return
      } catch {
        logger.warning(
          "the renewed certificate cannot be used; the one before stays in use",
          metadata: ["file": "\(certificates.certificateFile)", "reason": "\(error)"])
      }
    }
  }

  private static func context(_ certificateFile: String, _ privateKeyFile: String) throws -> NIOSSLContext {
    let chain = try NIOSSLCertificate.fromPEMFile(certificateFile).map { NIOSSLCertificateSource.certificate($0) }
    let key = try NIOSSLPrivateKey(file: privateKeyFile, format: .pem)
    var configuration = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key))
    // Older versions are broken (RFC 8996).
    configuration.minimumTLSVersion = .tlsv12
    // A client that does not say goodbye in its turn keeps its place no longer.
    configuration.shutdownTimeout = .seconds(1)
    return try NIOSSLContext(configuration: configuration)
  }

  private static func stamp(_ path: String) -> Stamp {
    var info = stat()
    guard stat(path, &info) == 0 else { return Stamp() }
    return Stamp(
      device: UInt64(info.st_dev), file: UInt64(info.st_ino), bytes: Int64(info.st_size),
      seconds: Int64(info.st_mtim.tv_sec), nanoseconds: Int64(info.st_mtim.tv_nsec))
  }
}
