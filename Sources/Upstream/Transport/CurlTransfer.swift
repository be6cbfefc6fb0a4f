import CCurl
import Glibc

/// One easy handle with what it reads from and writes to. Its address is known to libcurl: whoever made it holds it
/// until the handle has left the multi handle.
final class CurlTransfer {
  let exchange: CurlExchange
  let easy: UnsafeMutableRawPointer
  private let url: String
  private let maximumBodyBytes: Int
  private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
  private var list: UnsafeMutablePointer<curl_slist>?
  private var head = ResponseHead()
  private var body: [UInt8] = []
  private var isTooLarge = false
  /// Whether the content goes to the exchange's sink; nil before its first byte.
  private var streams: Bool?
  private var isRefused = false
  private var sentBytes = 0
  private let reach: AddressReach?
  private var isOutOfReach = false

  init(_ exchange: CurlExchange, _ settings: TransportSettings) throws(TransportError) {
    self.exchange = exchange
    url = WebAddress.withoutSecrets(exchange.request.url)
    reach = settings.reach
    maximumBodyBytes = exchange.request.maximumBodyBytes ?? settings.maximumBodyBytes
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    guard let easy = curl_easy_init() else {
      errorText.deallocate()
      throw TransportError(.invalidRequest, "libcurl has no memory for a request", url: url)
    }
    self.easy = easy
    try configure(settings)
  }

  deinit {
    curl_easy_cleanup(easy)
    curl_slist_free_all(list)
    errorText.deallocate()
  }

  /// What became of it.
  func outcome(_ code: CURLcode, _ settings: TransportSettings) -> CurlExchange.Outcome {
    var settings = settings
    if reach != nil, let origin = try? WebOrigin(of: exchange.request.url) { settings.origin = origin }
    if isOutOfReach { return .failure(TransportError.outOfReach(settings.origin.authority, url: url)) }
    if isTooLarge {
      return .failure(
        TransportError(
          .tooLarge, "the answer of \(settings.origin.authority) is larger than \(maximumBodyBytes) bytes", url: url))
    }
    if head.isTooLarge {
      return .failure(
        TransportError(
          .tooLarge,
          "the head of the answer of \(settings.origin.authority) is larger than \(ResponseHead.largest) bytes",
          url: url))
    }
    // An answer without a byte of content has not been told to the sink yet.
    if code == CURLE_OK, head.isComplete { beginContent() }
    if isRefused { return .failure(TransportError.refused(exchange.request.url)) }
    let status = self.status
    guard code == CURLE_OK, status >= 200 else {
      var begun: curl_off_t = 0
      mirror_curl_easy_get_offset(easy, CURLINFO_PRETRANSFER_TIME_T, &begun)
      let detail = String(cString: errorText)
      let text = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
      return .failure(CurlFailure(code: code, text: text, wasBegun: begun > 0).error(url: url, settings))
    }
    // libcurl takes a head that is cut off for a whole one.
    guard head.isComplete else {
      return .failure(
        CurlFailure(code: CURLE_PARTIAL_FILE, text: "half a head", wasBegun: true).error(url: url, settings))
    }
    return .success(InboundResponse(status: status, fields: head.fields, body: body))
  }

  private var status: Int {
    var status = 0
    mirror_curl_easy_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
    return status
  }

  // MARK: Options

  /// The least bytes a second of a file.
  private static let slowest = 256

  private func configure(_ settings: TransportSettings) throws(TransportError) {
    let request = exchange.request
    // A file takes as long as it takes, while bytes keep coming at some pace: what has arrived is gone on with, and a server that sends
    // a byte a second keeps a place from all other files.
    let total = exchange.sink == nil ? max(1, request.timeoutSeconds ?? settings.timeoutSeconds) : 0
    mirror_curl_easy_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText)
    try set(CURLOPT_URL, request.url)
    try set(CURLOPT_PROTOCOLS_STR, "http,https")
    try set(CURLOPT_FOLLOWLOCATION, 0)
    try set(CURLOPT_NOSIGNAL, 1)
    try set(CURLOPT_TCP_KEEPALIVE, 1)
    try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    // Named or not, libcurl decodes what it knows when this is set; what asks for files says `identity` itself.
    if exchange.sink == nil { try set(CURLOPT_ACCEPT_ENCODING, "") }
    if exchange.sink != nil, request.isDecoded { try set(CURLOPT_ACCEPT_ENCODING, "identity") }
    try set(CURLOPT_USERAGENT, settings.userAgent)
    try set(CURLOPT_CONNECTTIMEOUT, max(1, settings.connectTimeoutSeconds))
    try set(CURLOPT_TIMEOUT, total)
    try set(CURLOPT_LOW_SPEED_LIMIT, exchange.sink == nil ? 1 : CurlTransfer.slowest)
    try set(CURLOPT_LOW_SPEED_TIME, max(1, settings.timeoutSeconds))
    try set(CURLOPT_SSL_VERIFYPEER, 1)
    try set(CURLOPT_SSL_VERIFYHOST, 2)
    try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    if let caFile = settings.caFile { try set(CURLOPT_CAINFO, caFile) }
    // An empty proxy, not none: none would let the environment choose one.
    try set(CURLOPT_PROXY, settings.proxy ?? "")
    try set(CURLOPT_NOPROXY, settings.proxy == nil ? "*" : reach == nil ? "localhost,127.0.0.0/8,::1" : "")
    // A proxy is the operator's own, and resolves names for itself.
    if reach != nil, settings.proxy == nil { prepareReach() }
    try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    try prepareMethod(request)
    try prepareFields(request)
    prepareCallbacks()
  }

  private func prepareMethod(_ request: OutboundRequest) throws(TransportError) {
    if let body = request.body {
      try set(CURLOPT_POST, 1)
      try check(mirror_curl_easy_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
    } else if request.method == "POST" {
      try set(CURLOPT_POST, 1)
      try check(mirror_curl_easy_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, 0))
    } else if request.method == "HEAD" {
      try set(CURLOPT_NOBODY, 1)
    } else {
      try set(CURLOPT_HTTPGET, 1)
    }
    if !["GET", "HEAD"].contains(request.method) || request.body != nil {
      try set(CURLOPT_CUSTOMREQUEST, request.method)
    }
  }

  private func prepareFields(_ request: OutboundRequest) throws(TransportError) {
    // An empty value is written with a semicolon; with a colon it would take the field away.
    var lines = request.fields.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    lines.append("Expect:")
    if request["Content-Type"] == nil { lines.append("Content-Type:") }
    for line in lines {
      guard let longer = curl_slist_append(list, line) else {
        throw TransportError(.invalidRequest, "libcurl has no memory for a request", url: url)
      }
      list = longer
    }
    try check(mirror_curl_easy_set_list(easy, CURLOPT_HTTPHEADER, list))
  }

  /// Judges every address before it is connected to.
  private func prepareReach() {
    mirror_curl_easy_set_pointer(easy, CURLOPT_OPENSOCKETDATA, Unmanaged.passUnretained(self).toOpaque())
    mirror_curl_easy_set_opener(easy, CURLOPT_OPENSOCKETFUNCTION) { this, _, address in
      guard let this, let address else { return -1 }
      let transfer = Unmanaged<CurlTransfer>.fromOpaque(this).takeUnretainedValue()
      let isAllowed = withUnsafePointer(to: &address.pointee.addr) { transfer.reach?.allows($0) ?? true }
      transfer.isOutOfReach = !isAllowed
      guard isAllowed else { return -1 }
      return socket(
        address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
    }
  }

  private func prepareCallbacks() {
    let this = Unmanaged.passUnretained(self).toOpaque()
    mirror_curl_easy_set_pointer(easy, CURLOPT_HEADERDATA, this)
    mirror_curl_easy_set_pointer(easy, CURLOPT_WRITEDATA, this)
    mirror_curl_easy_set_pointer(easy, CURLOPT_READDATA, this)
    mirror_curl_easy_set_writer(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, this in
      guard let bytes, let this else { return 0 }
      let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
      let transfer = Unmanaged<CurlTransfer>.fromOpaque(this).takeUnretainedValue()
      transfer.head.take(line)
      return transfer.head.isTooLarge ? 0 : size * count
    }
    mirror_curl_easy_set_writer(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, this in
      guard let bytes, let this else { return 0 }
      let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
      return Unmanaged<CurlTransfer>.fromOpaque(this).takeUnretainedValue().take(piece)
    }
    mirror_curl_easy_set_reader(easy, CURLOPT_READFUNCTION) { bytes, size, count, this in
      guard let bytes, let this else { return Int(CURL_READFUNC_ABORT) }
      let room = UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
      return Unmanaged<CurlTransfer>.fromOpaque(this).takeUnretainedValue().give(room)
    }
    // libcurl repeats a request by itself when a kept connection turns out dead. Content may have been acted upon, so
    // it cannot be rewound: the caller learns that the outcome is uncertain (RFC 9110, 9.2.2).
    mirror_curl_easy_set_seeker(easy, CURLOPT_SEEKFUNCTION) { _, _, _ in CURL_SEEKFUNC_FAIL }
  }

  // MARK: Callbacks

  private func beginContent() {
    guard streams == nil else { return }
    let status = self.status
    streams = exchange.sink != nil && (status == 200 || status == 206)
    if streams == true, let sink = exchange.sink {
      var response = InboundResponse(status: status, fields: head.fields)
      response.endsByClosing = head.endsByClosing
      isRefused = !sink.begin(response)
    }
  }

  private func take(_ piece: UnsafeRawBufferPointer) -> Int {
    beginContent()
    if streams == true, let sink = exchange.sink {
      if !isRefused { isRefused = !sink.take(piece) }
      return isRefused ? 0 : piece.count
    }
    guard body.count + piece.count <= maximumBodyBytes else {
      isTooLarge = true
      return 0
    }
    body.append(contentsOf: piece)
    return piece.count
  }

  private func give(_ room: UnsafeMutableRawBufferPointer) -> Int {
    let rest = (exchange.request.body ?? [])[sentBytes...].prefix(room.count)
    room.copyBytes(from: rest)
    sentBytes += rest.count
    return rest.count
  }

  // MARK: Setting

  private func set(_ option: CURLoption, _ value: Int) throws(TransportError) {
    try check(mirror_curl_easy_set_long(easy, option, value))
  }

  private func set(_ option: CURLoption, _ value: String) throws(TransportError) {
    try check(mirror_curl_easy_set_text(easy, option, value))
  }

  private func check(_ code: CURLcode) throws(TransportError) {
    guard code != CURLE_OK else { return }
    throw TransportError(
      .invalidRequest, "libcurl refused an option: \(String(cString: curl_easy_strerror(code)))", url: url)
  }
}
