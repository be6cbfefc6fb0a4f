import NIOSSL

/// The server's certificate and key.
enum TLSFiles {
  /// Reads both PEM files.
  /// - Throws: NIOSSL's error when one cannot be read.
  static func configuration(_ certificateFile: String, _ privateKeyFile: String) throws -> TLSConfiguration {
    let chain = try NIOSSLCertificate.fromPEMFile(certificateFile).map { NIOSSLCertificateSource.certificate($0) }
    let key = try NIOSSLPrivateKey(file: privateKeyFile, format: .pem)
    return .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key))
  }
}
