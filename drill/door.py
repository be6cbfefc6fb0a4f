"""What stands in front of the sample site: hands requests on, answers in its place, changes what it says, with TLS or without; and the
certificates for it."""
import http.client
import os
import ssl
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEPT = ("content-length", "transfer-encoding", "connection")


class Door:
    """On a port of loopback. `instead(method, path)` gives status, fields and text of an answer in the site's place, or None; with a field
    `Cut` it ends in the middle. `changed(path, fields, text)` gives what becomes of the fields and the text of the site's own; fields in `dropped` do not reach it."""

    def __init__(self, target_port, instead=None, changed=None, dropped=(), certificate=None, key=None):
        self.isSecure = certificate is not None

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def handle_one(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                path = self.path.split("?")[0]
                answer = instead and instead(self.command, path)
                if not answer:
                    answer = self.of_site(body)
                    if changed:
                        answer = (answer[0], *changed(path, answer[1], answer[2]))
                status, fields, text = answer
                self.send_response_only(status)
                for name, value in fields.items():
                    self.send_header(name, value)
                # One that is to be cut off promises more than comes.
                self.send_header("Content-Length", str(len(text) * (2 if "Cut" in fields else 1)))
                self.end_headers()
                self.wfile.write(text)
                if "Cut" in fields:
                    self.close_connection = True

            def of_site(self, body):
                there = http.client.HTTPConnection("127.0.0.1", target_port, timeout=60)
                fields = {name: value for name, value in self.headers.items() if name.lower() not in (*dropped, "accept-encoding")}
                there.request(self.command, self.path, body, fields)
                answer = there.getresponse()
                text = answer.read()
                there.close()
                return answer.status, {n: v for n, v in answer.getheaders() if n.lower() not in KEPT}, text

            do_GET = do_POST = do_PATCH = do_DELETE = handle_one

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            # The handshake belongs to the connection's thread: who breaks it off ends nobody else's.
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def base(self):
        return f"http{'s' if self.isSecure else ''}://127.0.0.1:{self.port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


SETTINGS = """
[ca]
default_ca = this
[this]
database = {folder}/index
serial = {folder}/serial
new_certs_dir = {folder}
policy = any
default_md = sha256
[any]
commonName = supplied
[req]
distinguished_name = name
prompt = no
[name]
CN = {name}
[authority]
basicConstraints = critical, CA:TRUE
[server]
basicConstraints = CA:FALSE
subjectAltName = {names}
"""


class Authority:
    """Certificates made by openssl, each with the days that it is good: from so many days off to so many."""

    def __init__(self, folder):
        self.folder = folder
        open(folder + "/index", "w").close()
        open(folder + "/index.attr", "w").write("unique_subject = no\n")
        open(folder + "/serial", "w").write("1000\n")
        self.make("root", None, "authority", -3650, 3650)

    def path(self, name, kind="pem"):
        return f"{self.folder}/{name}.{kind}"

    def make(self, name, by, kind, begins, ends, names="IP:127.0.0.1"):
        """A certificate of this name, signed by that of another one, or by itself; its path."""
        settings = self.path(name, "conf")
        with open(settings, "w") as file:
            file.write(SETTINGS.format(folder=self.folder, name=name, names=names))
        run("req", "-new", "-newkey", "rsa:2048", "-nodes", "-config", settings, "-keyout", self.path(name, "key"), "-out", self.path(name, "csr"))
        signer = ["-selfsign", "-keyfile", self.path(name, "key")] if by is None else ["-cert", self.path(by), "-keyfile", self.path(by, "key")]
        run("ca", "-batch", "-notext", "-config", settings, "-extensions", kind, "-in", self.path(name, "csr"), "-out", self.path(name),
            "-startdate", day(begins), "-enddate", day(ends), *signer)
        return self.path(name)

    def chain(self, *names):
        """The certificates of these names in one file; its path."""
        path = self.path("-".join(names), "chain")
        with open(path, "w") as file:
            for name in names:
                file.write(open(self.path(name)).read())
        return path


def run(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, env=os.environ | {"OPENSSL_CONF": "/dev/null"})


def day(off):
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + off * 86_400))
