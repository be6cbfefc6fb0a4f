"""What an attacker of the local API needs: raw lines from many addresses, tokens made by hand, a browser without script."""
import base64
import hashlib
import hmac
import html.parser
import json
import socket
import threading
import time
import urllib.parse

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# DigestInfo of SHA-256 (RFC 8017, 9.2).
SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")


def address(number):
    """One of the many addresses of this machine alone."""
    return f"127.{1 + number // 62500 % 200}.{number // 250 % 250}.{1 + number % 250}"


def exchange(port, sent, source=None, timeout=20):
    """Sends bytes over a connection of its own. Returns what came, and whether the other side closed."""
    came, closed = b"", False
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=timeout, source_address=(source, 0) if source else None) as line:
            try:
                line.sendall(sent)
            except OSError:
                pass
            while piece := line.recv(1 << 16):
                came += piece
            closed = True
    except TimeoutError:
        pass
    except OSError:
        closed = True
    return came, closed


class Answer:
    def __init__(self, came):
        start, _, self.body = came.partition(b"\r\n\r\n")
        lines = start.decode("latin-1").split("\r\n")
        words = lines[0].split(" ", 2)
        self.status = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
        self.fields = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines[1:])]

    def field(self, name):
        return next((value for other, value in self.fields if other == name.lower()), None)

    @property
    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            return {}

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    @property
    def brief(self):
        """Status and the error's name and words."""
        found = self.json if isinstance(self.json, dict) else {}
        words = found.get("hint") or found.get("error_description") or ""
        if errors := found.get("errors"):
            words = errors[0].get("detail", "")
        if not words and (told := self.field("www-authenticate")):
            words = told
        return " ".join(str(word) for word in (self.status, found.get("error", ""), str(words)[:90]) if word).strip()


def ask(port, method, target, body=None, fields=None, source=None, timeout=20, token=None, host=None):
    fields = dict(fields or {})
    if token:
        fields["Authorization"] = "Bearer " + token
    if isinstance(body, dict):
        body, fields = urllib.parse.urlencode(body).encode(), {**FORM, **fields}
    head = f"{method} {target} HTTP/1.1\r\nHost: {host or f'127.0.0.1:{port}'}\r\nConnection: close\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    if body is not None:
        head += f"Content-Length: {len(body)}\r\n"
    return Answer(exchange(port, (head + "\r\n").encode("utf-8", "surrogateescape") + (body or b""), source, timeout)[0])


def encoded(data):
    if not isinstance(data, bytes):
        data = json.dumps(data, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Key:
    """An RSA key out of a PEM file (PKCS #8 or #1)."""

    def __init__(self, pem):
        data = base64.b64decode("".join(line for line in pem.splitlines() if "-----" not in line))
        numbers = self.integers(data)
        self.modulus, self.private = numbers[1], numbers[3]

    @classmethod
    def integers(cls, data):
        """Those of the innermost sequence."""
        found = []
        while data:
            tag, length, start = data[0], data[1], 2
            if length & 0x80:
                start += length & 0x7F
                length = int.from_bytes(data[2:start], "big")
            value, data = data[start : start + length], data[start + length :]
            if tag == 0x02:
                found.append(int.from_bytes(value, "big"))
            elif tag == 0x30 and len(inner := cls.integers(value)) > 3 or tag == 0x04 and len(inner := cls.integers(value)) > 3:
                return inner
        return found

    @property
    def size(self):
        return (self.modulus.bit_length() + 7) // 8

    @property
    def jwk(self):
        return {"kty": "RSA", "n": encoded(self.modulus.to_bytes(self.size, "big")), "e": "AQAB"}

    def sign(self, text):
        digest = SHA256 + hashlib.sha256(text.encode()).digest()
        block = b"\0\1" + b"\xff" * (self.size - len(digest) - 3) + b"\0" + digest
        return pow(int.from_bytes(block, "big"), self.private, self.modulus).to_bytes(self.size, "big")

    def token(self, head, claims):
        text = encoded(head) + "." + encoded(claims)
        return text + "." + encoded(self.sign(text))


def hashed(secret, head, claims):
    """A token of HS256."""
    text = encoded(head) + "." + encoded(claims)
    return text + "." + encoded(hmac.new(secret, text.encode(), hashlib.sha256).digest())


class Forms(html.parser.HTMLParser):
    """The first form of a page, with its hidden fields."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.found.append((given["action"], {}))
        elif tag == "input" and given.get("type") == "hidden" and self.found:
            self.found[-1][1][given["name"]] = given["value"]


class Browser:
    """Somebody who signs in and lets a client in."""

    def __init__(self, port, name, password):
        self.port, self.name, self.password, self.cookies = port, name, password, {}

    def open(self, method, target, body=None, fields=None):
        given = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        answer = ask(self.port, method, target, body, {"Accept": "text/html", **given, **(fields or {})})
        for name, value in answer.fields:
            if name == "set-cookie":
                key, _, worth = value.split(";")[0].partition("=")
                self.cookies[key] = worth
        return answer

    def code(self, decision="allow", **query):
        """The parameters that the client gets, or the answer where it gets none."""
        here = "/oauth/authorize?" + urllib.parse.urlencode(query)
        answer = self.open("GET", here)
        for _ in range(8):
            place = answer.field("location")
            if place:
                parts = urllib.parse.urlsplit(urllib.parse.urljoin(f"http://127.0.0.1:{self.port}{here}", place))
                if parts.netloc != f"127.0.0.1:{self.port}":
                    return dict(urllib.parse.parse_qsl(parts.query)), place
                here = parts.path + "?" + parts.query
                answer = self.open("GET", here)
                continue
            found = Forms(answer.text).found
            if not found:
                return answer, None
            action, form = found[0]
            form |= {"name": self.name, "password": self.password} if form["step"] == "sign-in" else {"answer": decision}
            action = urllib.parse.urlsplit(urllib.parse.urljoin(f"http://127.0.0.1:{self.port}{here}", action))
            here = action.path + "?" + action.query
            answer = self.open("POST", here, form, {"Origin": f"http://127.0.0.1:{self.port}"})
        return answer, None


class Other:
    """Another client, who reads all the time from an address of its own: seconds of each read."""

    def __init__(self, port, token, target, number=9000):
        self.port, self.token, self.target, self.source = port, token, target, address(number)
        self.times, self.failed, self.isOver = [], 0, False
        self.thread = threading.Thread(target=self.go, daemon=True)
        self.thread.start()

    def go(self):
        while not self.isOver:
            started = time.monotonic()
            answer = ask(self.port, "GET", self.target, token=self.token, source=self.source, timeout=30)
            self.times.append(time.monotonic() - started)
            self.failed += answer.status != 200
            time.sleep(0.01)

    def stop(self):
        self.isOver = True
        self.thread.join(40)
        return self

    def part(self, share):
        times = sorted(self.times) or [float("inf")]
        return times[min(len(times) - 1, int(len(times) * share))]

    @property
    def brief(self):
        return f"another client: {len(self.times)} reads, {self.failed} failed, p99 {self.part(0.99) * 1000:.0f} ms, longest {self.part(1) * 1000:.0f} ms"
