import CCurl

/// libcurl's failure in the words of this room: a table.
struct CurlFailure {
  var code: CURLcode
  /// libcurl's own sentence; it names hosts and certificates, never fields or content.
  var text: String
  /// Whether sending had begun.
  var wasBegun: Bool

  /// What helps where a certificate is not trusted: naming an authority does not, where it is out of date or of another host.
  private var wayOut: String {
    let words = text.lowercased()
    if words.contains("expired") || words.contains("not yet valid") {
      return "it has to be renewed, or another of its chain, or a clock is wrong"
    }
    if words.contains("subject name") { return "set site.baseURL to a name that the certificate has" }
    return "if its authority is your own, name the authority's certificate in site.caFile"
  }

  func error(url: String, _ settings: TransportSettings) -> TransportError {
    let site = settings.origin.authority
    switch code {
    case CURLE_COULDNT_CONNECT where settings.proxy != nil:
      return TransportError(
        .unreachable,
        "\(site) does not accept connections, or the proxy does not (\(text)); check site.proxy and site.baseURL",
        url: url)
    case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED:
      return TransportError(
        .unreachable, "\(site) does not accept connections (\(text)); check site.baseURL and the network", url: url)
    case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY:
      return TransportError(.unreachable, "the proxy cannot be used (\(text)); check site.proxy", url: url)
    case CURLE_COULDNT_RESOLVE_HOST:
      return TransportError(
        .nameNotResolved, "the name of \(site) has no address (\(text)); check site.baseURL and the name server",
        url: url)
    case CURLE_OPERATION_TIMEDOUT:
      return TransportError(
        .timeout,
        wasBegun
          ? "\(site) did not answer in time (\(text)); raise site.timeoutSeconds if the site is slow"
          : "no connection to \(site) in time (\(text)); check the network and site.baseURL", url: url,
        mayHaveArrived: wasBegun)
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
      CURLE_SSL_PINNEDPUBKEYNOTMATCH:
      return TransportError(
        .certificate, "the certificate of \(site) is not trusted (\(text)); \(wayOut)", url: url)
    case CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CRL_BADFILE, CURLE_SSL_CERTPROBLEM:
      return TransportError(
        .certificate, "site.caFile \(settings.caFile ?? "") holds no certificate that can be read (\(text))", url: url)
    case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_USE_SSL_FAILED, CURLE_SSL_ENGINE_INITFAILED:
      return TransportError(
        .tlsHandshake, "\(site) and this machine agree on no TLS (\(text)); is site.baseURL the https address?",
        url: url)
    case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_SEND_FAIL_REWIND:
      return TransportError(
        .truncated, "the connection to \(site) broke before the answer was complete (\(text))", url: url)
    case CURLE_URL_MALFORMAT, CURLE_BAD_FUNCTION_ARGUMENT, CURLE_OUT_OF_MEMORY,
      CURLE_FAILED_INIT, CURLE_NOT_BUILT_IN, CURLE_UNKNOWN_OPTION:
      return TransportError(.invalidRequest, "the request cannot be sent (\(text))", url: url)
    default:
      return TransportError(
        .protocolFailure, "\(site) does not answer in HTTP that can be understood (\(text))", url: url)
    }
  }
}
