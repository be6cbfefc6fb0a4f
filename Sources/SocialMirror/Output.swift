import Foundation

/// Writes one line to standard output at once: into a pipe or a file, too, lines go out as they are said.
func say(_ line: String) {
  FileHandle.standardOutput.write(Data((line + "\n").utf8))
}
