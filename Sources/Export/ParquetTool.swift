import Foundation
import Store

/// DuckDB, which writes Parquet: its command, or a Python that has it as a package. It is told nothing but where it runs: neither this
/// process's environment nor anything of the mirror but the rows that are to be written.
struct ParquetTool {
  /// Where the program is.
  let path: String
  /// Whether it is Python.
  let isPython: Bool
  /// What it finds in its environment.
  let environment: [String: String]

  /// How long one table may take.
  private static let limit = Duration.seconds(3_600)
  /// So much is kept of what it says.
  private static let mostWords = 2_000
  /// No object of JSON that DuckDB takes by itself is longer.
  private static let usualObject = 16 << 20

  private static let way =
    "install the command (https://duckdb.org/install, or pip install duckdb-cli) or the Python package (pip install duckdb), or name "
    + "either with --duckdb PATH; or export as csv or jsonl, which DuckDB reads, too"

  /// Finds it.
  /// - Parameter named: a path or a name; nil for `duckdb`, else a `python3` that has it.
  /// - Throws: `ExportFault` that says where to get it.
  static func find(_ named: String?, _ environment: [String: String]) throws(ExportFault) -> ParquetTool {
    let kept = environment.filter { ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR"].contains($0.key) }
    func tool(_ path: String) -> ParquetTool {
      let isPython = (path as NSString).lastPathComponent.hasPrefix("python")
      return ParquetTool(path: path, isPython: isPython, environment: kept)
    }
    if let named {
      guard let path = place(of: named, environment) else {
        throw .refused("--duckdb: there is no program \(named); \(way)")
      }
      return tool(path)
    }
    if let path = place(of: "duckdb", environment) { return tool(path) }
    if let path = place(of: "python3", environment) {
      let python = tool(path)
      if (try? python.run("", in: "/", Duration.seconds(30))) == 0 { return python }
    }
    throw .refused("Parquet is written by DuckDB, which is not here: \(way)")
  }

  private static func place(of name: String, _ environment: [String: String]) -> String? {
    if name.contains("/") {
      let path = name.hasPrefix("/") ? name : FileManager.default.currentDirectoryPath + "/" + name
      return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }
    let folders = (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
    return folders.lazy.filter { $0.hasPrefix("/") }.map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  // MARK: Writing

  /// Makes `NAME.parquet` of `NAME.jsonl` in the same folder, and removes that.
  /// - Parameters:
  ///   - rows: how many it has: the same number has to come out.
  ///   - longest: the bytes of its longest line.
  /// - Throws: `ExportFault`, `CancellationError`.
  func convert(_ table: ReportTable, rows: Int64, longest: Int, in folder: String) throws {
    let count = "\(table.name).count"
    let columns = table.columns.map { "\"\($0.name)\": '\(ParquetTool.type($0.kind))'" }.joined(separator: ", ")
    // Names of tables and columns consist of letters, digits and `_` (`ReportNames`). A group of rows is held in memory, and nothing is
    // put aside in folders of its own.
    let sql = """
      SET temp_directory = '';
      COPY (SELECT * FROM read_json('\(table.name).jsonl', format = 'newline_delimited', columns = {\(columns)},
        maximum_object_size = \(max(ParquetTool.usualObject, longest + 1))))
      TO '\(table.name).parquet' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 30720);
      COPY (SELECT count(*) FROM read_parquet('\(table.name).parquet')) TO '\(count)' (FORMAT csv, HEADER false);

      """
    let code: Int32
    do { code = try run(sql, in: folder, ParquetTool.limit) } catch let error as CancellationError { throw error } catch
    {
      throw ExportFault.failed("\(path) could not be run: \(error.localizedDescription)")
    }
    let words = ParquetTool.words("\(folder)/\(ParquetTool.messages)")
    guard code == 0 else {
      let isFull = words.contains("No space left on device")
      let fault = "\(path) could not write \(table.name).parquet (it ended with \(code)): \(words)"
      throw isFull ? ExportFault.full("\(folder)/\(table.name).parquet", words) : .failed(fault)
    }
    let counted = ParquetTool.words("\(folder)/\(count)")
    guard Int64(counted) == rows else {
      throw ExportFault.failed("\(path) wrote \(counted) rows of \(table.name), and not \(rows)")
    }
    for name in ["\(table.name).jsonl", count, ParquetTool.messages, ParquetTool.script] { unlink("\(folder)/\(name)") }
  }

  private static func type(_ kind: ReportColumn.Kind) -> String {
    switch kind {
    case .integer: "BIGINT"
    case .real: "DOUBLE"
    case .boolean: "BOOLEAN"
    case .time: "TIMESTAMP WITH TIME ZONE"
    case .text: "VARCHAR"
    case .json: "JSON"
    }
  }

  // MARK: The process

  private static let script = ".statements"
  private static let messages = ".messages"

  /// Lets it carry out statements.
  /// - Parameter folder: where it runs; statements and messages are files there, but for none at all.
  /// - Returns: the code it ended with; that of a signal where one ended it.
  /// - Throws: what starting it throws.
  private func run(_ sql: String, in folder: String, _ limit: Duration) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.currentDirectoryURL = URL(filePath: folder)
    var environment = environment
    if isPython {
      process.arguments = ["-c", "import sys, duckdb; duckdb.connect().execute(sys.stdin.read() or 'SELECT 1')"]
    } else {
      process.arguments = ["-batch", "-bail"]
      // Where it finds no settings of the user's own, and leaves none.
      environment["HOME"] = "/nonexistent"
    }
    process.environment = environment
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    if !sql.isEmpty {
      let (script, messages) = ("\(folder)/\(ParquetTool.script)", "\(folder)/\(ParquetTool.messages)")
      for name in [script, messages] { unlink(name) }
      close(try DraftFile.make(messages))
      let output = try FileHandle(forWritingTo: URL(filePath: messages))
      try Data(sql.utf8).write(to: URL(filePath: script))
      process.standardInput = try FileHandle(forReadingFrom: URL(filePath: script))
      process.standardError = output
      process.standardOutput = output
    }
    try process.run()
    let end = ContinuousClock.now + limit
    while process.isRunning {
      if Task.isCancelled || ContinuousClock.now >= end { kill(process.processIdentifier, SIGKILL) }
      usleep(5_000)
    }
    try Task.checkCancellation()
    return process.terminationStatus
  }

  /// The beginning of a file, as one line.
  private static func words(_ path: String) -> String {
    guard let file = FileHandle(forReadingAtPath: path) else { return "" }
    defer { try? file.close() }
    let bytes = (try? file.read(upToCount: mostWords)) ?? Data()
    return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).joined(separator: " ")
      .trimmingCharacters(in: .whitespaces)
  }
}
