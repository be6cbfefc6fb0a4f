import SampleSite

extension SampleSite {
  /// Runs a site for as long as a closure needs it, and tells its base URL.
  /// - Throws: what the closure throws, or when the address cannot be bound.
  package static func withRunningSite<Result: Sendable>(
    _ settings: SampleSiteSettings = SampleSiteSettings(),
    _ body: @escaping @Sendable (_ site: SampleSite, _ baseURL: String) async throws -> Result
  ) async throws -> Result {
    let site = try SampleSite(settings)
    let (ports, sink) = AsyncStream.makeStream(of: Int.self)
    return try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask {
        defer { sink.finish() }
        try await site.run { sink.yield($0) }
        return nil
      }
      group.addTask {
        guard let port = await ports.first(where: { _ in true }) else { throw CancellationError() }
        return try await body(site, "http://\(settings.host):\(port)")
      }
      defer { group.cancelAll() }
      while let result = try await group.next() {
        if let result { return result }
      }
      throw CancellationError()
    }
  }
}
