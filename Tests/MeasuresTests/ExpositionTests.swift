import Measures
import Testing

/// Both text forms, letter by letter.
@Suite struct ExpositionTests {
  private static func text(_ form: Exposition.Form) -> String {
    let durations = Durations(bounds: [0.0005, 1])
    durations.note(nanoseconds: 250_000)
    durations.note(.milliseconds(1_500))
    var page = Exposition(form, prefix: "m_")
    page.gauge("lag_seconds", "How \"far\"\\\nbehind.", unit: "seconds", [.init(1.5, [("type", "a\"b\\c\nd")])])
    page.gauge("nothing", "Is left out.", [])
    page.gauge("unknown", "Is left out, too.", nil)
    page.counter("requests", "All.", [.init(3, [("outcome", "ok"), ("kind", "x")]), .init(0)])
    page.counter("sent_bytes", "Content.", unit: "bytes", [.init(9_007_199_254_740_992)])
    page.histogram("took_seconds", "Time.", [(labels: [(name: "route", value: "file")], durations: durations.snapshot)])
    page.gauge("odd", "No number.", [.init(.nan), .init(.infinity), .init(-.infinity)])
    return String(decoding: page.bytes, as: UTF8.self)
  }

  @Test func openMetrics() {
    #expect(
      Self.text(.openMetrics) == #"""
        # HELP m_lag_seconds How \"far\"\\\nbehind.
        # TYPE m_lag_seconds gauge
        # UNIT m_lag_seconds seconds
        m_lag_seconds{type="a\"b\\c\nd"} 1.5
        # HELP m_requests All.
        # TYPE m_requests counter
        m_requests_total{outcome="ok",kind="x"} 3
        m_requests_total 0
        # HELP m_sent_bytes Content.
        # TYPE m_sent_bytes counter
        # UNIT m_sent_bytes bytes
        m_sent_bytes_total 9007199254740992
        # HELP m_took_seconds Time.
        # TYPE m_took_seconds histogram
        # UNIT m_took_seconds seconds
        m_took_seconds_bucket{route="file",le="0.0005"} 1
        m_took_seconds_bucket{route="file",le="1.0"} 1
        m_took_seconds_bucket{route="file",le="+Inf"} 2
        m_took_seconds_count{route="file"} 2
        m_took_seconds_sum{route="file"} 1.50025
        # HELP m_odd No number.
        # TYPE m_odd gauge
        m_odd NaN
        m_odd +Inf
        m_odd -Inf
        # EOF

        """#)
  }

  @Test func prometheus() {
    let text = Self.text(.prometheus)
    #expect(
      text.hasPrefix("# HELP m_lag_seconds How \"far\"\\\\\\nbehind.\n# TYPE m_lag_seconds gauge\nm_lag_seconds{"))
    #expect(text.contains("# HELP m_requests_total All.\n# TYPE m_requests_total counter\nm_requests_total{"))
    #expect(!text.contains("# UNIT") && !text.contains("# EOF"))
  }

  @Test func theFormIsTheClients() {
    typealias Form = Exposition.Form
    #expect(Form(accept: nil) == .prometheus && Form(accept: "*/*") == .prometheus)
    #expect(Form(accept: "text/plain;version=0.0.4;q=0.5") == .prometheus)
    #expect(
      Form(accept: "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.7") == .openMetrics)
  }
}
