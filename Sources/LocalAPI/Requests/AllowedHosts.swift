/// The hosts that a request may name. Links and kept answers carry the host of a request: it must be the mirror's, and a name that
/// was made to lead here (DNS rebinding) is refused.
struct AllowedHosts: Sendable {
  private let names: Set<String>

  /// - Parameters:
  ///   - listening: the host that the server listens on.
  ///   - baseURL: the base URL of links.
  ///   - more: other names and addresses without port; of IPv6 in brackets or not.
  init(listening: String, baseURL: String?, more: [String]) {
    var names: Set<String> = ["localhost"]
    // An address that stands for all of the machine's is no name of any.
    for host in [listening] + more where host != "0.0.0.0" && host != "::" && host != "[::]" {
      names.insert(AllowedHosts.name(of: host))
    }
    if let authority = baseURL?.split(separator: "/").dropFirst().first {
      names.insert(AllowedHosts.name(of: String(authority)))
    }
    self.names = names
  }

  /// Whether a request may name a host.
  /// - Parameter authority: as in `Host`: with its port, if there is one.
  func contain(_ authority: String) -> Bool {
    let name = AllowedHosts.name(of: authority)
    if names.contains(name) { return true }
    let address = name.hasPrefix("[") ? ClientAddress(name.dropFirst().dropLast()) : ClientAddress(name)
    return address?.isLoopback ?? false
  }

  /// A host without its port, in lower case, without a point at its end; an address of IPv6 in brackets.
  private static func name(of authority: String) -> String {
    var name = Substring(authority.lowercased())
    if let end = name.lastIndex(of: "]") {
      name = name[...end]
    } else if name.filter({ $0 == ":" }).count > 1 {
      return "[\(name)]"
    } else if let colon = name.firstIndex(of: ":") {
      name = name[..<colon]
    }
    if name.hasSuffix(".") { name = name.dropLast() }
    return String(name)
  }
}
