import Store
import TokenIssuer

/// Where and how the local API listens.
package struct LocalAPISettings: Sendable {
  /// The name or address that it listens on.
  package var host: String
  /// 0 takes a free one.
  package var port: Int
  /// The base URL of links; nil takes the host that the client used.
  package var baseURL: String?
  /// How long an access token is valid, in seconds: `expires_in` of a token response (RFC 6749 section 5.1).
  package var accessTokenSeconds: Int
  /// How long a refresh token may be used, in seconds.
  package var refreshTokenSeconds: Int
  /// The file with the certificate and those that lead to its root, PEM. With `privateKeyFile` it makes the server speak HTTPS;
  /// alone, neither counts.
  package var certificateFile: String?
  /// The file with the certificate's private key, PEM.
  package var privateKeyFile: String?
  /// Where the key that signs tokens is kept: made at first start, readable by its owner only. Keys that were rotated out are beside it.
  package var signingKeyPath: String
  /// The folder of the contents of files; nil serves none.
  package var filesPath: String?
  /// What people get whom the mirror does not know and the site does; nil signs none of them in.
  package var passThrough: PassThroughSettings?
  /// How many wrong secrets are taken, and how slowly.
  package var guesses = GuessBounds.standard
  /// How long one read may take, or the check of one write.
  package var readLimit = Duration.seconds(2)
  /// What each sight shows, by its name.
  package var sights: [String: SightRules] = [:]
  /// Hosts that requests may name beside `host`, the host of `baseURL` and loopback: names and addresses without port, in lower
  /// case, IPv6 in brackets.
  package var allowedHosts: [String] = []
  /// Whose `Forwarded` and `X-Forwarded-…` count: addresses, and networks such as `10.0.0.0/8`.
  package var trustedProxies: [String] = []
  /// Origins whose scripts may read answers (CORS), such as `https://crm.example.org`, in lower case; none turns it off.
  package var corsOrigins: [String] = []
  /// What one client, and all together, may take up.
  package var limits = ServerLimits.standard
  /// The folders in which ReDoc's bundle is looked for, the first that has it.
  package var redocFolders = RedocBundle.usualFolders

  /// Settings with the usual lives of tokens.
  package init(host: String, port: Int, signingKeyPath: String) {
    self.host = host
    self.port = port
    self.signingKeyPath = signingKeyPath
    accessTokenSeconds = 300
    refreshTokenSeconds = 1_209_600
  }
}
