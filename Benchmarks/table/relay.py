"""A relay before a sample site: notes what is asked, and makes the site as slow as it is told, with as many workers as it is told."""

import http.client
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .frame import Fault


class Relay:
    """Listens on a port of its own. A GET below /jsonapi takes `base` seconds and `row` for each row of its answer, in one of `workers`
    turns (None: no bound); the site's own time counts. `asked` has method and target of each such request, in order."""

    def __init__(self, site_port, base=0.0, row=0.0, workers=None):
        self.site_port, self.base, self.row = site_port, base, row
        self.turns = threading.BoundedSemaphore(workers) if workers else None
        self.asked, self._lock, self._kept = [], threading.Lock(), threading.local()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def forget(self):
        with self._lock:
            self.asked = []

    def answer(self, method, target, fields, body):
        """(status, fields, body) of the site, after its time."""
        is_counted = target.startswith("/jsonapi")
        if is_counted:
            with self._lock:
                self.asked.append((method, target))
        if not (is_counted and method == "GET" and (self.base or self.row)):
            return self._site(method, target, fields, body)
        if self.turns:
            self.turns.acquire()
        try:
            begun = time.monotonic()
            answer = self._site(method, target, fields, body)
            time.sleep(max(0.0, self.base + self.row * _rows(answer[2]) - (time.monotonic() - begun)))
            return answer
        finally:
            if self.turns:
                self.turns.release()

    def _site(self, method, target, fields, body):
        for is_last in (False, True):
            kept = getattr(self._kept, "connection", None)
            if kept is None:
                kept = self._kept.connection = http.client.HTTPConnection("127.0.0.1", self.site_port, timeout=120)
            try:
                kept.request(method, target, body or None, fields)
                answer = kept.getresponse()
                return answer.status, answer.getheaders(), answer.read()
            except (OSError, http.client.HTTPException):
                kept.close()
                self._kept.connection = None
                if is_last:
                    raise
        raise Fault("the site does not answer")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    # Who hangs up is no news.
    def handle_error(self, request, client_address):
        pass


def _handler(relay):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def any(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fields = {name: value for name, value in self.headers.items() if name.lower() not in ("connection", "accept-encoding")}
            status, given, content = relay.answer(self.command, self.path, fields, body)
            self.send_response_only(status)
            for name, value in given:
                if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                    self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            self.wfile.flush()

        do_GET = do_POST = do_PATCH = do_DELETE = any

        def log_message(self, *_):
            pass

    return Handler


def _rows(body):
    try:
        data = json.loads(body).get("data")
    except (ValueError, AttributeError):
        return 0
    return len(data) if isinstance(data, list) else 1 if data else 0
