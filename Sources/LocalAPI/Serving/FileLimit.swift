import Foundation

/// How many files this process may have open: connections are files, and so are the mirror's.
package enum FileLimit {
  /// What is left to the mirror, its log, the site's connections and whatever else is opened beside clients' connections.
  static let reserve = 192
  /// A connection may have a file of its own: the one that it is sent, or the upload that it sends.
  private static let filesOfConnection = 2

  /// How many connections there may be.
  /// - Parameters:
  ///   - wanted: as configured.
  ///   - files: the process's limit.
  package static func connections(wanted: Int, files: Int) -> Int {
    min(wanted, max(1, (files - reserve) / filesOfConnection))
  }

  /// Raises the limit as far as it may be raised without rights, once for the process.
  /// - Returns: the limit from then on. Where it may not be raised, that which there was.
  package static func raised() -> Int {
    var limit = rlimit()
    guard getrlimit(FileLimit.files, &limit) == 0 else { return 1_024 }
    guard limit.rlim_cur < limit.rlim_max else { return Int(clamping: limit.rlim_cur) }
    var higher = limit
    higher.rlim_cur = limit.rlim_max
    return Int(clamping: setrlimit(FileLimit.files, &higher) == 0 ? higher.rlim_cur : limit.rlim_cur)
  }

  #if canImport(Glibc)
  private static var files: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }
  #else
  private static var files: Int32 { RLIMIT_NOFILE }
  #endif
}
