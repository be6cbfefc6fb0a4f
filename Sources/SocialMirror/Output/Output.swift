import Control
import Foundation
import JSONAPI
import Reports

/// Writes text to standard output at once: into a pipe or a file, too, lines go out as they are said.
func say(_ text: String) { put(TerminalText.lines(text)) }

/// Writes one line for the operator to standard error, in the program's name.
func complain(_ line: String) {
  FileHandle.standardError.write(Data("social-mirror: \(TerminalText.line(line))\n".utf8))
}

/// Prints one JSON document in one line.
func sayJSON(_ text: String) { put(TerminalText.json(text)) }

/// Prints a report: one JSON document, or its lines.
/// - Parameter isQuiet: whether only what went wrong is said; of JSON nothing is left out.
func say(_ report: some Report, asJSON: Bool, isQuiet: Bool = false) {
  if asJSON { return put(TerminalText.json(report.json.text())) }
  for line in isQuiet ? report.findings : report.lines { put(TerminalText.line(line)) }
}

/// Prints lines that came out of a round, each to whom it is for.
func say(_ lines: [RoundEnding.Line], _ verbosity: Verbosity) {
  for line in lines {
    switch line.kind {
    case .detail: if verbosity == .verbose { put(TerminalText.line(line.text)) }
    case .summary: if verbosity != .quiet { put(TerminalText.line(line.text)) }
    case .finding: complain(line.text)
    }
  }
}

private func put(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
