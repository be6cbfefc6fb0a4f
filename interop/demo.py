"""A `social-mirror demo` for as long as a block runs, with a person, and clients that send the person to sign in."""

import contextlib
import dataclasses
import json
import os
import pathlib
import re
import select
import signal
import sqlite3
import subprocess
import tempfile
import time

START_SECONDS = 60


@dataclasses.dataclass
class Client:
    """A client of the local API and where it wants its people."""

    id: str
    redirect: str
    secret: str | None = None


class Demo:
    """Where the local API listens, who may sign in, and the mirror itself."""

    def __init__(self, program, base, secret, mirror):
        self.program = program
        self.base = base
        self.api = base + "/jsonapi"
        self.token_url = base + "/oauth/token"
        self.authorize_url = base + "/oauth/authorize"
        self.client_id = "demo"
        self.client_secret = secret
        self.username = "interop"
        self.password = "correct horse battery staple"
        self.mirror = mirror
        config = mirror.parent / "config.json"
        config.write_text(json.dumps({"mirror": {"path": str(mirror)}}))
        self.config = str(config)
        self.run("account", "add", self.username, "--password-stdin", text=self.password)
        self.web = Client("interop-web", "https://web.example/back?from=mirror", "a secret of the web client")
        self.app = Client("interop-app", "http://127.0.0.1/back")
        scopes = ["--scopes", "read,write,openid"]
        self.run("consumer", "add", "--label", "Interop <web>", "--id", self.web.id, "--redirect-uri", self.web.redirect,
                 "--grants", "authorization_code,refresh_token", "--secret-stdin", *scopes, text=self.web.secret)
        self.run("consumer", "add", "--label", "Interop app", "--id", self.app.id, "--redirect-uri", self.app.redirect,
                 "--public", *scopes)

    def run(self, *arguments, text=""):
        """Runs a command of the program over the mirror."""
        subprocess.run([self.program, *arguments, "--config", self.config], input=text, text=True, check=True,
                       stdout=subprocess.DEVNULL, timeout=START_SECONDS)

    def rows(self, sql, *arguments):
        """What the database says, asked without the program."""
        with contextlib.closing(sqlite3.connect(f"file:{self.mirror}?mode=ro", uri=True)) as connection:
            return connection.execute(sql, arguments).fetchall()


@contextlib.contextmanager
def running(program):
    """Starts a demo on a free port and ends it whatever happens."""
    # A terminated run leaves by an exception, so that the demo is ended too.
    signal.signal(signal.SIGTERM, lambda *_: raise_exit())
    with tempfile.TemporaryDirectory(prefix="social-mirror-interop-") as folder:
        process = subprocess.Popen(
            [program, "demo", "--port", "0", "--changes", "0", "--quiet"], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=os.environ | {"TMPDIR": folder}, start_new_session=True)
        try:
            base, secret = addresses(process)
            mirror = pathlib.Path(folder) / f"social-mirror-demo-{process.pid}" / "mirror.sqlite"
            yield Demo(program, base, secret, mirror)
        finally:
            process.terminate()
            try:
                process.communicate(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()


def raise_exit():
    raise SystemExit(143)


def addresses(process):
    """Base URL and client secret, out of the lines that the demo prints."""
    text = ""
    end = time.monotonic() + START_SECONDS
    while not text.endswith("ends it.\n"):
        ready, _, _ = select.select([process.stdout], [], [], max(0, end - time.monotonic()))
        piece = os.read(process.stdout.fileno(), 4096).decode() if ready else ""
        if not piece:
            process.kill()
            raise SystemExit(f"interop: the demo did not start: {text}{process.communicate()[1].decode()}")
        text += piece
    return (re.search(r"http://127\.0\.0\.1:\d+", text).group(), re.search(r"client_secret=(\S+)", text).group(1))
