import Foundation
import Glibc
import Testing

@testable import Publish

/// A PostgreSQL server of the test's own, on a socket in a folder that goes with it.
final class PostgresServer {
  private let programs: String
  private let folder: URL
  private var data: String { folder.path + "/data" }

  /// Where Debian and others have the server's programs; nil where there are none.
  static let programs: String? = {
    let debian = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
    let versions = debian.compactMap(Int.init).sorted().reversed().map { "/usr/lib/postgresql/\($0)/bin" }
    return (versions + ["/usr/bin", "/usr/local/bin", "/usr/pgsql/bin"]).first {
      FileManager.default.isExecutableFile(atPath: $0 + "/initdb")
    }
  }()

  /// - Throws: where it cannot be started.
  init() throws {
    programs = try #require(PostgresServer.programs)
    // Paths of sockets are short.
    folder = URL(filePath: "/tmp/mirror-pg-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    if getuid() == 0 { try PostgresServer.run("/bin/chown", ["postgres", folder.path]) }
    try run("initdb", ["-D", data, "-A", "trust", "-U", "reports", "-E", "UTF8", "--locale=C", "--no-sync"])
    try start()
  }

  deinit {
    try? run("pg_ctl", ["-D", data, "-m", "immediate", "-w", "stop"])
    try? FileManager.default.removeItem(at: folder)
  }

  /// Where it is reached.
  func target() throws -> PostgresTarget {
    try PostgresTarget("host=\(folder.path) user=reports dbname=postgres")
  }

  /// A connection beside that of what is tested.
  func connection() throws -> PostgresConnection { try PostgresConnection(try target()) }

  func start() throws {
    let options = "-k \(folder.path) -c listen_addresses='' -c fsync=off"
    try run("pg_ctl", ["-D", data, "-l", "\(folder.path)/log", "-o", options, "-w", "start"])
  }

  /// Ends it as a crash does, and starts it.
  func crash() throws {
    try run("pg_ctl", ["-D", data, "-m", "immediate", "-w", "stop"])
    try start()
  }

  /// The server refuses to be root's.
  private func run(_ program: String, _ arguments: [String]) throws {
    let path = programs + "/" + program
    if getuid() == 0 {
      try PostgresServer.run(
        "/usr/bin/setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path] + arguments)
    } else {
      try PostgresServer.run(path, arguments)
    }
  }

  /// Not by `Process`: that waits until the child's descendants have ended, too, and the server is to stay.
  private static func run(_ path: String, _ arguments: [String]) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }
    // A server that is given the many descriptors of all tests has too few left; the folder that these run in is not everybody's to read.
    let script = #"""
      for entry in /proc/$BASHPID/fd/*; do
        number=${entry##*/}
        if [ "$number" -gt 2 ]; then eval "exec $number>&-"; fi
      done
      cd /tmp && exec "$0" "$@"
      """#
    let command = ["/bin/bash", "-c", script, path] + arguments
    var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
    defer { for word in words { free(word) } }
    words.append(nil)
    var process = pid_t()
    let refusal = posix_spawn(&process, command[0], &actions, nil, words, environ)
    var status: Int32 = 0
    guard refusal == 0, waitpid(process, &status, 0) == process, status == 0 else {
      throw CocoaError(.executableLoad, userInfo: [NSFilePathErrorKey: path])
    }
  }
}
