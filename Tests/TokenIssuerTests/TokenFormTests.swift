import Testing
import TokenIssuer

@Suite struct TokenFormTests {
  @Test(arguments: [
    ("a=1&b=2", ["a": "1", "b": "2"]),
    ("a=1+2%203%2B", ["a": "1 2 3+"]),
    ("a=1&a=2", ["a": "2"]),
    ("a&b=&=c&&", ["a": "", "b": ""]),
    ("a=b=c", ["a": "b=c"]),
    ("a=%zz%4", ["a": "%zz%4"]),
    ("p=%C3%BC", ["p": "ü"]),
    ("", [:]),
  ])
  func urlEncoded(body: String, fields: [String: String]) {
    for type in ["application/x-www-form-urlencoded", "Application/X-WWW-Form-URLEncoded; charset=utf-8"] {
      #expect(TokenForm.fields(contentType: type, body: Array(body.utf8)) == fields)
    }
  }

  @Test(arguments: ["multipart/form-data; boundary=xYz", "multipart/form-data; charset=utf-8; boundary=\"xYz\""])
  func multipart(type: String) {
    let body = """
      --xYz\r
      Content-Disposition: form-data; name="grant_type"\r
      \r
      password\r
      --xYz\r
      content-disposition: form-data; name="password"\r
      Content-Type: text/plain\r
      \r
      two\r
      lines\r
      --xYz\r
      Content-Disposition: form-data; name="empty"\r
      \r
      \r
      --xYz\r
      Content-Disposition: form-data; name="file"; filename="f"\r
      \r
      bytes\r
      --xYz--\r

      """
    #expect(
      TokenForm.fields(contentType: type, body: Array(body.utf8))
        == ["grant_type": "password", "password": "two\r\nlines", "empty": ""])
  }

  @Test(arguments: [
    (nil, "a=1"), ("application/json", "{\"a\":1}"), ("text/plain", "a=1"), ("multipart/form-data", "a=1"),
    ("multipart/form-data; boundary=", "a=1"), ("multipart/form-data; boundary=x", "--x"),
    ("multipart/form-data; boundary=x", "--x\r\n\r\n\r\n--x--"),
    ("multipart/form-data; boundary=x", "--xContent-Disposition: form-data; name=a\r\n\r\n--x--"),
  ])
  func anythingElseHasNoFields(type: String?, body: String) {
    #expect(TokenForm.fields(contentType: type, body: Array(body.utf8)).isEmpty)
  }
}
