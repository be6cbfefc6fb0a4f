import ArgumentParser

/// How the program ends after an error: what it says, and its code.
struct CommandOutcome {
  var code: Int32
  /// For standard error.
  var message: String?
  /// For standard output: what `--help` asked for.
  var help: String?

  init(_ error: any Error) {
    if let finished = error as? Finished {
      code = finished.code.rawValue
      return
    }
    let known = ExitCodes(error)
    if let known {
      code = known.rawValue
      message = "\(error)"
      return
    }
    let text = SocialMirrorCommand.fullMessage(for: error)
    if SocialMirrorCommand.exitCode(for: error).isSuccess {
      code = 0
      help = text
    } else if SocialMirrorCommand.exitCode(for: error) == .validationFailure {
      code = ExitCodes.usage.rawValue
      message = text.hasPrefix("Error: ") ? String(text.dropFirst("Error: ".count)) : text
    } else {
      code = ExitCodes.fault.rawValue
      message = "\(error)"
    }
  }
}
