import Store

/// Why a type is mirrored by sweeps alone, on their own schedule: it has nothing to ask by for what is new.
enum SweptAlone {
  /// What stands in `status`.
  static let subject = "swept alone"

  /// What a type lacks; nil for one that can be pulled.
  static func lack(_ outcome: FilterProbe.Outcome?) -> String? {
    switch outcome {
    case .withoutChanged: "has no changed"
    case .withoutSerialNumber: "has no serial number"
    case .work, .refused, nil: nil
    }
  }

  /// That a type is less current than others.
  /// - Parameters:
  ///   - interval: seconds between two sweeps.
  ///   - time: Unix seconds of this machine.
  static func notice(_ type: String, _ lack: String, interval: Int, at time: Int64) -> SetAside {
    SetAside(
      .type, type: type, subject: subject,
      reason: "the type \(lack), so that nothing can be asked by: it is read by sweeps alone, every \(interval) s",
      advice: "sync.sweepIntervalSeconds says how often; social-mirror sync --sweep does it now", at: time)
  }
}
