/// Metrics as text: OpenMetrics 1.0, or the older text format of Prometheus (0.0.4). Families come in the order in which they are added,
/// each once, with all of its samples.
package struct Exposition: Sendable {
  /// Which of the two.
  package enum Form: Sendable, Hashable {
    case openMetrics, prometheus

    /// What a client takes (`Accept`): OpenMetrics for who names it.
    package init(accept: String?) {
      self = accept?.lowercased().contains("application/openmetrics-text") == true ? .openMetrics : .prometheus
    }

    /// `Content-Type`.
    package var contentType: String {
      switch self {
      case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
      case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
      }
    }
  }

  /// One value with its labels.
  package struct Sample: Sendable {
    /// What it is the value of, besides the family.
    package var labels: [(name: String, value: String)]
    /// The number.
    package var value: Double

    /// A value.
    package init(_ value: Double, _ labels: [(name: String, value: String)] = []) {
      self.value = value
      self.labels = labels
    }
  }

  private let form: Form
  /// What stands before every name.
  private let prefix: String
  private var text = ""

  /// Nothing yet.
  package init(_ form: Form, prefix: String = "social_mirror_") {
    self.form = form
    self.prefix = prefix
  }

  /// A family whose values go up and down. One without samples is left out.
  package mutating func gauge(_ name: String, _ help: String, unit: String? = nil, _ samples: [Sample]) {
    family(name, "gauge", help, unit: unit, samples) { $0 + $1 }
  }

  /// A gauge of one value; nil leaves it out.
  package mutating func gauge(_ name: String, _ help: String, unit: String? = nil, _ value: Double?) {
    gauge(name, help, unit: unit, value.map { [Sample($0)] } ?? [])
  }

  /// A family whose values only grow until the process ends.
  /// - Parameter name: without `_total`, which is added.
  package mutating func counter(_ name: String, _ help: String, unit: String? = nil, _ samples: [Sample]) {
    family(name, "counter", help, unit: unit, samples) { $0 + $1 + "_total" }
  }

  /// A family of histograms of seconds.
  package mutating func histogram(
    _ name: String, _ help: String, _ parts: [(labels: [(name: String, value: String)], durations: Durations.Snapshot)]
  ) {
    guard !parts.isEmpty else { return }
    head(name, "histogram", help, unit: "seconds")
    for part in parts {
      for (bound, number) in part.durations.within {
        sample(
          "\(prefix)\(name)_bucket", part.labels + [(name: "le", value: Exposition.number(bound, isBound: true))],
          Double(number))
      }
      sample("\(prefix)\(name)_bucket", part.labels + [(name: "le", value: "+Inf")], Double(part.durations.number))
      sample("\(prefix)\(name)_count", part.labels, Double(part.durations.number))
      sample("\(prefix)\(name)_sum", part.labels, part.durations.seconds)
    }
  }

  /// The whole.
  package var bytes: [UInt8] { Array((form == .openMetrics ? text + "# EOF\n" : text).utf8) }

  private mutating func family(
    _ name: String, _ type: String, _ help: String, unit: String?, _ samples: [Sample],
    _ named: (String, String) -> String
  ) {
    guard !samples.isEmpty else { return }
    head(name, type, help, unit: unit)
    let whole = named(prefix, name)
    for each in samples { sample(whole, each.labels, each.value) }
  }

  private mutating func head(_ name: String, _ type: String, _ help: String, unit: String?) {
    // The older format calls a counter what its sample is called.
    let name = prefix + name + (form == .prometheus && type == "counter" ? "_total" : "")
    text += "# HELP \(name) \(Exposition.escaped(help, quotes: form == .openMetrics))\n# TYPE \(name) \(type)\n"
    if form == .openMetrics, let unit { text += "# UNIT \(name) \(unit)\n" }
  }

  private mutating func sample(_ name: String, _ labels: [(name: String, value: String)], _ value: Double) {
    text += name
    if !labels.isEmpty {
      let pairs = labels.map { "\($0.name)=\"\(Exposition.escaped($0.value, quotes: true))\"" }
      text += "{" + pairs.joined(separator: ",") + "}"
    }
    text += " \(Exposition.number(value))\n"
  }

  /// Whole numbers without a fraction, but for bounds: those always look like what they are.
  private static func number(_ value: Double, isBound: Bool = false) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf" }
    if !isBound, let whole = Int64(exactly: value) { return String(whole) }
    return "\(value)"
  }

  private static func escaped(_ text: String, quotes: Bool) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": escaped += "\\\\"
      case "\n": escaped += "\\n"
      case "\"" where quotes: escaped += "\\\""
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
