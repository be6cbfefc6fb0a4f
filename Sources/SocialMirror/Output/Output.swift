import Foundation

/// Writes one line to standard output at once: into a pipe or a file, too, lines go out as they are said.
func say(_ line: String) {
  FileHandle.standardOutput.write(Data((line + "\n").utf8))
}

/// Writes one line for the operator to standard error, in the program's name.
func complain(_ line: String) {
  FileHandle.standardError.write(Data("social-mirror: \(line)\n".utf8))
}
