import SyncAgent

/// What a failure of the site means, and the way out of each.
enum FailureFindings {
  /// - Parameter base: the site's base URL.
  static func finding(_ failure: SiteFailure, at base: String) -> DoctorFinding {
    let (area, cause) = place(of: failure.kind)
    return DoctorFinding(.fault, area, failure.words, next: way(out: failure, base), cause: cause)
  }

  private static func place(of kind: SiteFailure.Kind) -> (DoctorFinding.Area, DoctorFinding.Cause) {
    switch kind {
    case .unreachable, .nameNotResolved, .timeout, .redirectElsewhere, .brokenAnswer, .throttled, .unavailable,
      .siteFault, .page, .maintenance:
      (.reachability, .site)
    case .expiredCertificate, .foreignCertificate, .certificate, .tls: (.tls, .site)
    case .httpBasic: (.frontDoor, .credentials)
    case .firewall: (.frontDoor, .site)
    case .wrongClient, .wrongUser, .grantNotAllowed, .scopeNotGranted, .refreshTokenRefused, .refused, .heldBack:
      (.signIn, .credentials)
    case .tokenFault, .noTokenRoute: (.signIn, .site)
    case .anonymous: (.account, .credentials)
    case .otherAccount: (.account, .person)
    case .otherSite, .noEntryPoint: (.configuration, .configuration)
    case .rejected: (.rights, .site)
    case .local: (.configuration, .machine)
    }
  }

  private static func way(out failure: SiteFailure, _ base: String) -> String {
    let host = host(of: base)
    let consumers = "\(base)/admin/config/services/consumer"
    switch failure.kind {
    case .unreachable:
      return "on this machine: curl -sSI \(base)/jsonapi; check site.baseURL, site.proxy and the firewalls between"
    case .nameNotResolved: return "on this machine: getent hosts \(host); check site.baseURL and /etc/resolv.conf"
    case .timeout:
      return
        "on this machine: curl -sS -o /dev/null -w '%{time_total}' \(base)/jsonapi; raise site.timeoutSeconds where the site is that slow"
    case .expiredCertificate:
      return
        "on the site's server: renew it, or the one of its chain that is out of date, and reload the web server (certbot renew); "
        + "on this machine: timedatectl, for a wrong clock looks the same"
    case .foreignCertificate:
      return
        "on this machine: \(certificates(of: base)) | openssl x509 -noout -ext subjectAltName tells its names: set site.baseURL to "
        + "one of them, or give the server a certificate for \(host)"
    case .certificate:
      return
        "on this machine: \(certificates(of: base)) -showcerts; name an authority of your own in site.caFile, or have the "
        + "server send the whole chain"
    case .tls: return "set site.baseURL to the site's https address; the server should offer TLS 1.2 or 1.3"
    case .redirectElsewhere:
      return "set site.baseURL to the address that it leads to: curl -sSI \(base)/jsonapi names it"
    case .brokenAnswer, .page:
      return "on this machine: curl -sS -i \(base)/jsonapi; what answers there is not the site's JSON:API"
    case .throttled: return "lower site.requestsPerSecond, or have this machine's address left out of the limit"
    case .unavailable: return "social-mirror doctor again, a little later; nothing is lost"
    case .tokenFault:
      return
        "on the site: drush watchdog:show --severity=Error; a key of simple_oauth that is missing, or that the web server may not "
        + "read, fails so: \(base)/admin/config/people/simple_oauth"
    case .noTokenRoute:
      return
        "on this machine: curl -sS -i \(base)/oauth/token; on the site: drush pm:list --filter=simple_oauth, and "
        + "drush pm:enable simple_oauth where it is off"
    case .siteFault: return "on the site: drush watchdog:show --severity=Error, or \(base)/admin/reports/dblog"
    case .maintenance: return "on the site: drush state:set system.maintenance_mode 0, when the work is done"
    case .httpBasic:
      return
        "on the site's web server: let this machine's address through without it, nginx: satisfy any; allow ADDRESS; "
        + "deny all; beside auth_basic (Apache: Require ip ADDRESS in a RequireAny), for /jsonapi, /oauth and the files"
    case .firewall:
      return "in that firewall: let this machine's address through to /jsonapi, /oauth, /openapi and the files"
    case .wrongClient:
      return
        "set site.auth.clientID and site.auth.clientSecret as on the site at \(consumers); a secret can only be set anew there"
    case .wrongUser:
      return
        "check site.auth.username and site.auth.password; at \(base)/admin/people: the account has to be active, and not "
        + "locked after failed sign-ins"
    case .grantNotAllowed:
      return
        "on the site at \(consumers): edit the consumer and allow the grant \(failure.grant ?? "of site.auth.grant") (with "
        + "simple_oauth 6, password needs the module simple_oauth_password_grant); or set another site.auth.grant"
    case .scopeNotGranted:
      return "leave site.auth.scope out, or give the consumer that scope on the site at \(consumers)"
    case .refreshTokenRefused:
      return "get a new refresh token for site.auth.refreshToken, or set another site.auth.grant"
    case .refused:
      return "at \(base)/admin/people: is the account active? At \(consumers): has the consumer a user and scopes?"
    case .heldBack:
      return failure.note.map { "correct site.auth; where it was put right on the site: rm \($0)" }
        ?? "correct site.auth"
    case .anonymous:
      return "on the site's web server: pass the Authorization header on (Apache with CGI: CGIPassAuth On; nginx: "
        + "fastcgi_param HTTP_AUTHORIZATION $http_authorization); on the site: is the consumer's user active?"
    case .otherSite: return "give another mirror.path, or, where it is the same site: social-mirror sync --moved"
    case .otherAccount: return "sign in as before, or give another mirror.path"
    case .noEntryPoint: return "on the site: drush pm:enable jsonapi; set site.apiPath where it has another path"
    case .rejected: return "give the account the right to read it, at \(base)/admin/people/permissions"
    case .local: return "put right what it names"
    }
  }

  /// Shows what the server of a base URL presents.
  private static func certificates(of base: String) -> String {
    let host = host(of: base)
    let rest = base.drop { $0 != ":" }.dropFirst(3).prefix { $0 != "/" }.dropFirst(host.utf8.count)
    let port = rest.hasPrefix(":") ? String(rest.dropFirst()) : "443"
    return "openssl s_client -connect \(host):\(port) -servername \(host) </dev/null"
  }

  /// The host of a base URL.
  private static func host(of base: String) -> String {
    let rest = base.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first ?? Substring(base)
    return rest.first == "[" ? String(rest.prefix { $0 != "]" }) + "]" : String(rest.prefix { $0 != ":" })
  }
}
