import LocalAPI
import Store
import TokenIssuer

extension Settings.Local {
  /// The local API's part of the configuration.
  /// - Throws: `ConfigurationError` naming the key.
  init(_ source: SettingsSource) throws {
    host = try source.text("localAPI.host") ?? Defaults.localHost
    port = try source.integer("localAPI.port") ?? Defaults.localPort
    baseURL = try source.url("localAPI.baseURL")
    accessTokenSeconds = try source.integer("localAPI.accessTokenSeconds") ?? Defaults.accessTokenSeconds
    refreshTokenSeconds = try source.integer("localAPI.refreshTokenSeconds") ?? Defaults.refreshTokenSeconds
    certificateFile = try source.path("localAPI.certificateFile")
    privateKeyFile = try source.path("localAPI.privateKeyFile")
    guard (certificateFile == nil) == (privateKeyFile == nil) else {
      throw ConfigurationError(
        description: "localAPI.certificateFile and localAPI.privateKeyFile go together: give both or neither")
    }
    allowInsecure = try source.flag("localAPI.allowInsecure") ?? Defaults.localAllowInsecure
    allowedHosts =
      try source.names(
        "localAPI.allowedHosts", NetworkShape.hostName,
        expecting: "names and addresses without scheme and port, such as mirror.example.org or [::1]")
      ?? Defaults.allowedHosts
    trustedProxies =
      try source.names(
        "localAPI.trustedProxies", NetworkShape.network,
        expecting: "addresses and networks of proxies, such as 127.0.0.1 or 10.0.0.0/8") ?? Defaults.trustedProxies
    corsOrigins =
      try source.names(
        "localAPI.corsOrigins", NetworkShape.origin,
        expecting: "whole origins, such as https://crm.example.org or http://localhost:3000, and no pattern")
      ?? Defaults.corsOrigins
    limits = try ServerLimits(source)
    sights = try source.sights()
    passThrough = try PassThroughSettings(source, sights: sights)
  }

  /// Whether whoever is not on this machine may come to where it listens. A name counts as far away unless it is `localhost`:
  /// where it leads is not asked here.
  var isLoopback: Bool { NetworkShape.isLoopback(host) }

  /// What has to be so before anything is served; other commands do not listen, and do not ask.
  /// - Throws: `ConfigurationError` where tokens and passwords would go over a network unencrypted.
  func checkServing() throws {
    guard certificateFile == nil, !isLoopback, !allowInsecure else { return }
    throw ConfigurationError(
      description:
        "localAPI.host \(host) would send tokens and passwords over the network unencrypted; give "
        + "localAPI.certificateFile and localAPI.privateKeyFile, listen on 127.0.0.1 behind a proxy that speaks TLS, or "
        + "set localAPI.allowInsecure")
  }
}

extension ServerLimits {
  /// The limits that are given, and for the others the usual ones.
  fileprivate init(_ source: SettingsSource) throws {
    self = Defaults.limits
    bodyBytes = try source.integer("localAPI.limits.bodyBytes") ?? bodyBytes
    headerBytes = try source.integer("localAPI.limits.headerBytes") ?? headerBytes
    urlBytes = try source.integer("localAPI.limits.urlBytes") ?? urlBytes
    jsonDepth = try source.integer("localAPI.limits.jsonDepth") ?? jsonDepth
    connections = try source.integer("localAPI.limits.connections") ?? connections
    connectionsPerAddress = try source.integer("localAPI.limits.connectionsPerAddress") ?? connectionsPerAddress
    headSeconds = try source.integer("localAPI.limits.headSeconds") ?? headSeconds
    bodySeconds = try source.integer("localAPI.limits.bodySeconds") ?? bodySeconds
    idleSeconds = try source.integer("localAPI.limits.idleSeconds") ?? idleSeconds
  }
}

extension PassThroughSettings {
  /// Nil when it is off. It is checked even then, so that what is switched on later is right.
  /// - Throws: `ConfigurationError`, also where it is on without a sight: everybody on the site who has a password would see
  ///   all that the mirror holds.
  fileprivate init?(_ source: SettingsSource, sights: [String: SightRules]) throws {
    let scopes =
      try source.names(
        "localAPI.passThrough.scopes", { NameShape.isScope($0) ? $0 : nil },
        expecting: "scopes: read, write, read:TYPE, write:TYPE, openid") ?? Defaults.passThroughScopes
    guard !scopes.isEmpty else {
      throw ConfigurationError(description: "localAPI.passThrough.scopes names no scope")
    }
    let sight = try source.text("localAPI.passThrough.sight")
    if let sight, sights[sight] == nil {
      let known = sights.keys.sorted().joined(separator: ", ")
      throw ConfigurationError(
        description: "localAPI.passThrough.sight: there is no sight \(SettingsSource.shown(sight)) in localAPI.sights"
          + (known.isEmpty ? "" : ", which has \(known)"))
    }
    let verified = try source.integer("localAPI.passThrough.verifiedSeconds") ?? Defaults.verifiedSeconds
    guard try source.flag("localAPI.passThrough.enabled") ?? Defaults.passThroughEnabled else { return nil }
    guard let sight else {
      throw ConfigurationError(
        description: "localAPI.passThrough.sight is missing: without it everybody who has an account on the site would "
          + "see all that the mirror holds; name one of localAPI.sights")
    }
    self.init(scopes: scopes, sight: sight, verifiedSeconds: Int64(verified))
  }
}
