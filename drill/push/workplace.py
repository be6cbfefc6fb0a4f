"""A sample site, a line to it that can be cut, and mirrors of it, for the drills of the push. Standard library only."""

import base64
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

BINARY = os.environ.get("SOCIAL_MIRROR", ".build/debug/social-mirror")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, seconds=60):
    end = time.time() + seconds
    while time.time() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"nothing listens on port {port}")


class Line:
    """A TCP line to the site: counts requests, and is cut and joined again at will."""

    def __init__(self, target):
        self.target, self.is_open, self.requests, self.methods = target, True, 0, {}
        self.sockets, self.lock = set(), threading.Lock()
        self.server = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.server.accept()
            if not self.is_open:
                client.close()
                continue
            try:
                site = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()
                continue
            for end in (client, site):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.sockets |= {client, site}
            threading.Thread(target=self.copy, args=(client, site, True), daemon=True).start()
            threading.Thread(target=self.copy, args=(site, client, False), daemon=True).start()

    def copy(self, source, sink, counts):
        try:
            while data := source.recv(1 << 16):
                if counts:
                    self.count(data)
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def count(self, data):
        for method in (b"GET", b"POST", b"PATCH", b"DELETE"):
            if data.startswith(method + b" ") and b" /oauth/" not in data[:64]:
                self.requests += 1
                name = method.decode()
                self.methods[name] = self.methods.get(name, 0) + 1

    def cut(self):
        self.is_open = False
        with self.lock:
            for end in self.sockets:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
            self.sockets.clear()

    def join(self):
        self.is_open = True


class API:
    """A client of a JSON:API with one connection that is kept."""

    def __init__(self, port, form):
        self.port, self.form, self.connection, self.token = port, form, None, None

    def send(self, method, path, body=None, headers={}):
        for attempt in (1, 2, 3):
            try:
                if self.connection is None:
                    self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
                self.connection.request(method, path, body, headers)
                answer = self.connection.getresponse()
                return answer, answer.read()
            except (OSError, http.client.HTTPException):
                self.connection = None
                if attempt == 3:
                    raise

    def sign_in(self):
        form = urllib.parse.urlencode(self.form)
        _, body = self.send("POST", "/oauth/token", form, {"Content-Type": "application/x-www-form-urlencoded"})
        self.token = json.loads(body)["access_token"]

    def ask(self, method, path, document=None, raw=None, **more):
        """Status and document; a token that has ended is renewed."""
        for _ in (1, 2):
            if self.token is None:
                self.sign_in()
            headers = {"Authorization": f"Bearer {self.token}"}
            body = raw
            if document is not None:
                body = json.dumps(document)
                headers["Content-Type"] = "application/vnd.api+json"
            headers.update(more.get("headers", {}))
            answer, data = self.send(method, path, body, headers)
            if answer.status != 401:
                break
            self.token = None
        self.answer = answer
        return answer.status, json.loads(data) if data[:1] == b"{" else None

    def all(self, path):
        """All resources of a collection, page by page."""
        found = []
        while path:
            status, page = self.ask("GET", path)
            if status != 200:
                sys.exit(f"{path}: {status}")
            found += page["data"]
            following = page["links"].get("next", {}).get("href")
            path = following and following[following.index("/", 8) :]
        return found


def identifier(type, id):
    return {"data": {"type": type, "id": id}}


class Workplace:
    """The sample site, and a folder that goes with the drill."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="push-drill-"))
        self.processes = []
        self.site_port = free_port()
        self.start("demo", "--site-port", self.site_port, "--changes", "0")
        wait_for(self.site_port)
        self.site = API(
            self.site_port,
            {"grant_type": "password", "username": "demo", "password": "demo-password", "client_id": "demo-client",
             "client_secret": "demo-secret"},
        )

    def start(self, *arguments):
        log = open(self.folder / "log", "ab")
        process = subprocess.Popen([BINARY, *map(str, arguments)], stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def close(self):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if error is not None and (self.folder / "log").exists():
            sys.stderr.write((self.folder / "log").read_text()[-3000:])
        self.close()


class Mirror:
    """One mirror of the site: its configuration, its daemon, its client."""

    def __init__(self, place, name, line=None):
        self.place, self.folder = place, place.folder / name
        self.folder.mkdir()
        self.port, self.process = free_port(), None
        self.config = self.folder / "config.json"
        self.config.write_text(
            json.dumps(
                {
                    "site": {
                        "baseURL": f"http://127.0.0.1:{line.port if line else place.site_port}",
                        "auth": {"clientID": "demo-client", "clientSecret": "demo-secret", "username": "demo",
                                 "password": "demo-password"},
                        "requestsPerSecond": 10000,
                    },
                    "mirror": {"path": "mirror.sqlite"},
                    "sync": {"intervalSeconds": 3600, "settleWindowSeconds": 1},
                    "localAPI": {"port": self.port}, "admin": {"port": 0},
                    "log": {"level": "warning"},
                }
            )
        )
        self.must("sync", "--quiet")
        lines = self.must("consumer", "add", "--label", "drill").split()
        self.api = API(
            self.port,
            {"grant_type": "client_credentials", "client_id": lines[lines.index("client_id") + 1],
             "client_secret": lines[lines.index("client_secret") + 1]},
        )

    def command(self, *arguments):
        return subprocess.run(
            [BINARY, *map(str, arguments), "--config", str(self.config)], capture_output=True, text=True)

    def must(self, *arguments):
        done = self.command(*arguments)
        if done.returncode != 0:
            sys.exit(f"{' '.join(map(str, arguments))} ended with {done.returncode}: {done.stderr or done.stdout}")
        return done.stdout

    def up(self, command="run"):
        self.process = self.place.start(command, "--config", self.config)
        wait_for(self.port)

    def down(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        self.process.wait()
        self.process = None

    def states(self):
        """How many changes are in which state."""
        file = sqlite3.connect(f"file:{self.folder / 'mirror.sqlite'}?mode=ro", uri=True, timeout=30)
        try:
            return dict(file.execute("SELECT state, count(*) FROM outbox GROUP BY state"))
        finally:
            file.close()

    def unsettled(self):
        return sum(n for state, n in self.states().items() if state not in ("settled", "dropped"))

    def wait_until_settled(self, left=0, seconds=3600):
        end = time.time() + seconds
        while self.unsettled() > left:
            if time.time() > end:
                sys.exit(f"not settled: {self.states()}")
            time.sleep(0.1)


def say(text):
    print(text, flush=True)


def png():
    return base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
