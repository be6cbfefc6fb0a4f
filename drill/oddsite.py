"""A site between the program and the sample site that answers oddly: values of its documents and fields of its heads replaced by
extremes, members twice, pages in place of documents, answers cut off. What becomes of each is decided by a seed."""
import copy
import http.client
import json
import random
import socketserver
import threading
from http.server import BaseHTTPRequestHandler

VALUES = [
    None, True, False, 0, -1, 2**63 - 1, 2**63, -(2**63), 10**30, 1e308, -0.5, "", "x", "9" * 400, "e" + "\u0301" * 200, "\u0000",
    "\ud800", "<b>", "9999-12-31T23:59:59+00:00", "0000-00-00T00:00:00+00:00", [], [[]], [None, 1, "x", {}], {}, {"href": 5},
    {"value": None, "url": []}, {"data": {"type": 1, "id": None}}, "//evil.example/x", "http://[::1", "/oauth/userinfo", "a b c",
]
HEADS = {
    "Date": ["Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "x", ""],
    "Age": ["9223372036854775807", "-1", "99999999999999999999999", "x"],
    "Retry-After": ["99999999999999999999999", "-5", "Fri, 31 Dec 9999 23:59:59 GMT", "x"],
    "Content-Type": ["text/html", "application/json", "", "x" * 500, "application/vnd.api+json; charset=utf-8"],
    "Last-Modified": ["Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 0001 00:00:00 GMT", "x"],
    "ETag": ['"', "x", '"' + "y" * 3000 + '"', 'W/"z"'],
    "Content-Range": ["bytes 0-9223372036854775807/*", "bytes 5-1/2", "bytes 9223372036854775807-9223372036854775807/1", "x"],
    "Location": ["//", "/", "http://127.0.0.1:1/x", "x" * 3000, "javascript:1"],
    "WWW-Authenticate": ['Basic realm="x"', "Bearer", "x" * 2000],
    "Content-Encoding": ["gzip", "br", "x"],
    "Content-Language": ["", "x" * 300],
    "X-Drupal-Dynamic-Cache": ["HIT"],
}


def places(value, found, path=()):
    found.append(path)
    if isinstance(value, dict):
        for name in value:
            places(value[name], found, path + (name,))
    elif isinstance(value, list):
        for index in range(min(len(value), 6)):
            places(value[index], found, path + (index,))
    return found


def replaced(document, path, dice):
    """The document with one value replaced, left out or doubled."""
    if not path:
        return copy.deepcopy(dice.choice(VALUES))
    value = document
    for step in path[:-1]:
        value = value[step]
    chance = dice.random()
    if chance < 0.1 and isinstance(value, dict):
        del value[path[-1]]
    elif chance < 0.15 and isinstance(value, list):
        value.append(copy.deepcopy(value[path[-1]]))
    else:
        value[path[-1]] = copy.deepcopy(dice.choice(VALUES))
    return document


class OddSite:
    """Forwards to a port and answers on one of its own. rate: how many answers are odd."""

    def __init__(self, port, target, seed, rate):
        self.dice, self.rate, self.done, self.odd = random.Random(seed), rate, 0, 0
        self.lock = threading.Lock()
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                line = http.client.HTTPConnection("127.0.0.1", target, timeout=20)
                fields = {k: v for k, v in self.headers.items() if k.lower() not in ("connection", "accept-encoding", "content-length")}
                line.request(self.command, self.path, body or None, fields)
                came = line.getresponse()
                content, status = came.read(), came.status
                heads = [(k, v) for k, v in came.getheaders() if k.lower() not in ("connection", "transfer-encoding", "content-length", "server")]
                line.close()
                with site.lock:
                    site.done += 1
                    status, heads, content, cut = site.changed(self.path, status, heads, content)
                try:
                    self.send_response_only(status)
                    for name, value in heads:
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(content) + (7 if cut else 0)))
                    self.end_headers()
                    self.wfile.write(content)
                    if cut:
                        self.close_connection = True
                except OSError:
                    self.close_connection = True

            do_GET = do_POST = do_PATCH = do_DELETE = do_HEAD = answer

        class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
            allow_reuse_address, daemon_threads = True, True

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def changed(self, path, status, heads, content):
        dice = self.dice
        if dice.random() >= self.rate:
            return status, heads, content, False
        self.odd += 1
        kind = dice.random()
        if kind < 0.7:
            try:
                document = json.loads(content)
            except ValueError:
                document = None
            if document is not None:
                for _ in range(dice.choice([1, 1, 1, 2, 5])):
                    document = replaced(document, dice.choice(places(document, [])), dice)
                    if not isinstance(document, (dict, list)):
                        break
                text = json.dumps(document, separators=(",", ":"))
                if dice.random() < 0.1:
                    # A member twice, and a number beyond all ends.
                    text = text.replace('"attributes":{', '"attributes":{"title":1,"title":1e999,"drupal_internal__nid":99999999999999999999,', 1)
                return status, heads, text.encode(), False
        if kind < 0.9:
            name = dice.choice(list(HEADS))
            heads = [(k, v) for k, v in heads if k.lower() != name.lower()] + [(name, dice.choice(HEADS[name]))]
            if name == "Location" and dice.random() < 0.5:
                status = dice.choice([301, 302, 307])
            if name == "Content-Range" and dice.random() < 0.5:
                status = 206
            return status, heads, content, False
        if kind < 0.95:
            return dice.choice([200, 204, 299, 400, 401, 403, 404, 409, 418, 429, 500, 503]), heads, dice.choice(
                [b"", b"<!DOCTYPE html><html><body>x</body></html>", b"\xef\xbb\xbf{}", b"{", b"[" * 100_000, b'{"data":[' + b"{}," * 1000 + b"{}]}", b"\x1f\x8b\x08"]), False
        return status, heads, content[: dice.randrange(len(content) + 1)], True

    def close(self):
        self.server.shutdown()
        self.server.server_close()
