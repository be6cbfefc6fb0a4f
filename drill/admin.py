"""Whatever comes to the admin port: slow, huge and odd requests, other names for this machine, 500 connections that say nothing. The
program lives, ends what does not end, tells strangers nothing, and answers others meanwhile."""
import argparse
import json
import os
import re
import socket
import threading
import time

from doors import Daemon
from workplace import SampleSite, expect, highest_memory, main, say

LIMIT = 75  # seconds within which whatever is not whole is ended


class Port:
    """The admin port, byte for byte."""

    def __init__(self, daemon):
        self.daemon, self.number = daemon, daemon.port + 1

    def line(self, timeout=LIMIT):
        return socket.create_connection(("127.0.0.1", self.number), timeout=timeout)

    def send(self, data, timeout=LIMIT):
        """Status (0 for none), what came, seconds until the end of the connection or of the answer."""
        started = time.monotonic()
        came = b""
        try:
            with self.line(timeout) as line:
                try:
                    line.sendall(data)
                except OSError:
                    pass
                while piece := line.recv(1 << 16):
                    came += piece
        except OSError:
            pass
        words = came.split(b" ", 2)
        return (int(words[1]) if len(words) > 1 and words[1].isdigit() else 0), came, time.monotonic() - started

    def ask(self, path, host="127.0.0.1", method="GET", fields="", body=b"", timeout=LIMIT):
        head = f"{method} {path} HTTP/1.1\r\n" + (f"Host: {host}\r\n" if host is not None else "") + fields + "Connection: close\r\n\r\n"
        return self.send(head.encode("utf-8", "surrogatepass") + body, timeout)

    def is_well(self, what, within=2.0):
        """Whether others are answered."""
        status, _, took = self.ask("/healthz", timeout=LIMIT)
        self.daemon.expect_alive(what)
        expect(status == 200 and took < within, f"{what}: another client got {status} after {took:.1f} s")
        return took


def odd(port):
    get = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    requests = {
        "nothing but bytes": os.urandom(4096), "a line of HTTP/0.9": b"GET /healthz\r\n\r\n", "HTTP/2 at once": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(508), "another version": b"GET /healthz HTTP/9.9\r\nHost: a\r\n\r\n",
        "two hosts": get + b"Host: b\r\nConnection: close\r\n\r\n", "no host": b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n",
        "a target without a slash": b"GET healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "an absolute target": b"GET http://evil.example/status.json HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
        "a target of stars": b"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "an empty field name": get + b": x\r\nConnection: close\r\n\r\n",
        "a field with NUL": get + b"X: a\x00b\r\nConnection: close\r\n\r\n", "a folded field": get + b"X: a\r\n b\r\nConnection: close\r\n\r\n",
        "two lengths": get.replace(b"GET", b"POST") + b"Content-Length: 1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nxx",
        "a length and chunks": get.replace(b"GET", b"POST") + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\nGET /status.json HTTP/1.1\r\nHost: evil\r\n\r\n",
        "a length below nothing": get.replace(b"GET", b"POST") + b"Content-Length: -1\r\nConnection: close\r\n\r\n",
        "a length beyond all": get.replace(b"GET", b"POST") + b"Content-Length: 99999999999999999999\r\nConnection: close\r\n\r\nx",
        "a chunk that is none": get.replace(b"GET", b"POST") + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\nx\r\n",
        "a chunk beyond all": get.replace(b"GET", b"POST") + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nFFFFFFFFFFFFFFFFF\r\nx",
        "GET with a body": get + b"Content-Length: 3\r\nConnection: close\r\n\r\nabc",
        "an upgrade": get + b"Connection: upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n" + b"",
        "a hundred in one": (get + b"\r\n") * 99 + get + b"Connection: close\r\n\r\n",
    }
    for method in ("HEAD", "POST", "PUT", "DELETE", "TRACE", "CONNECT", "OPTIONS", "BREW", "x" * 300):
        requests["method " + method[:10]] = f"{method} /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
    for path in ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//healthz", "/healthz/", "/healthz%00", "/HEALTHZ", "/metrics?" + "a&" * 5000, "/%", "/\u00e4", "/status.json;x"):
        requests["path " + path[:30]] = f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode()
    statuses = {}
    for name, data in requests.items():
        status, came, took = port.send(data, timeout=15)
        expect(status < 500 or status in (501, 505), f"{name}: {status}")
        expect(b"passwd:" not in came and b"root:" not in came, f"{name}: a file of this machine's came")
        statuses.setdefault(status, []).append(name)
        port.is_well(name)
    for status, names in sorted(statuses.items()):
        say(f"admin: {status or 'closed without an answer'}: {', '.join(names)}")


def huge(port):
    big = [
        ("a target of 1 MB", b"GET /" + b"a" * (1 << 20) + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
        ("a field of 1 MB", b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + b"a" * (1 << 20) + b"\r\nConnection: close\r\n\r\n"),
        ("100,000 fields", b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(100_000)) + b"Connection: close\r\n\r\n"),
        ("a body of 20 MB", b"POST /conflicts HTTP/1.1\r\nHost: a\r\nContent-Length: 20000000\r\nConnection: close\r\n\r\n" + b"a" * 20_000_000),
        ("20 MB in chunks", b"POST /conflicts HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + (b"10000\r\n" + b"a" * 65536 + b"\r\n") * 305 + b"0\r\n\r\n"),
        ("a form of 30,000 pairs", b"POST /conflicts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\nConnection: close\r\n\r\n" + b"a&" * 30_000),
        ("a cookie of 8 KB of semicolons", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: " + b";" * 8000 + b"\r\nConnection: close\r\n\r\n"),
    ]
    for name, data in big:
        before = highest_memory(port.daemon.process.pid)
        status, _, took = port.send(data)
        grown = highest_memory(port.daemon.process.pid) - before
        expect(status != 200 or "cookie" in name, f"{name}: {status}")
        expect(took < 20 and grown < 60, f"{name}: {took:.1f} s, {grown:.0f} MB more")
        say(f"admin: {name}: {status or 'closed'} after {took:.1f} s, {grown:.0f} MB more")
        port.is_well(name)


def hosts(port):
    """Only who asks this machine by its own name, and through nobody, is told the mirror's state."""
    for name, host, fields, isTold in [
        ("127.0.0.1", "127.0.0.1", "", True), ("localhost with a port", f"localhost:{port.number}", "", True), ("[::1]", "[::1]", "", True),
        ("another name", "evil.example", "", False), ("a name that looks like loopback", "127.0.0.1.evil.example", "", False),
        ("a name with a user", "127.0.0.1@evil.example", "", False), ("no host", None, "", False), ("an empty host", "", "", False),
        ("0.0.0.0", "0.0.0.0", "", False), ("a number", "2130706433", "", False), ("a hexadecimal number", "0x7f000001", "", False),
        ("through a proxy", "127.0.0.1", "X-Forwarded-For: 203.0.113.9\r\n", False), ("through a proxy that says Forwarded", "127.0.0.1", "Forwarded: for=203.0.113.9\r\n", False),
        ("through a proxy that says Via", "127.0.0.1", "Via: 1.1 proxy\r\n", False),
    ]:
        status, came, _ = port.ask("/status.json", host, fields=fields)
        tells = b"node--topic" in came
        expect(tells == isTold and (status == 200) == isTold, f"{name}: {status}, {'told' if tells else 'not told'}")
        say(f"admin: /status.json to {name}: {status}")
    status, came, _ = port.ask("/healthz")
    for field in (b"nosniff", b"no-store", b"default-src 'none'"):
        expect(field.lower() in came.lower(), f"{field} is missing in an answer: {came[:500]}")


def slow(port):
    """Heads and bodies that come by the byte, and answers that nobody takes; others are answered meanwhile."""
    results = {}

    def drip(name, start, piece, pause):
        began = time.monotonic()
        came = b""
        try:
            with port.line(2) as line:
                line.sendall(start)
                line.settimeout(pause)
                while time.monotonic() - began < LIMIT:
                    try:
                        got = line.recv(4096)
                        if not got:
                            break
                        came += got
                    except TimeoutError:
                        line.sendall(piece)
        except OSError:
            pass
        results[name] = (time.monotonic() - began, came.split(b"\r\n")[0].decode("latin-1"))

    cases = [
        ("a head by the byte", b"GET /heal", b"a", 0.5), ("fields without an end", b"GET /healthz HTTP/1.1\r\nHost: a\r\n", b"X: y\r\n", 0.5),
        ("a body by the byte", b"POST /conflicts HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n", b"a", 0.5),
        ("chunks by the byte", b"POST /conflicts HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n", 0.5),
        ("nothing at all", b"", b"", 5), ("a connection kept after an answer", b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", b"", 5),
    ]
    threads = [threading.Thread(target=drip, args=case) for case in cases]
    for thread in threads:
        thread.start()
    worst = max(port.is_well("slow requests") for _ in range(20))
    for thread in threads:
        thread.join()
    for name, (took, first) in results.items():
        expect(took < LIMIT, f"{name}: still open after {took:.0f} s")
        say(f"admin: {name}: {first or 'no answer'}, closed after {took:.1f} s")
    say(f"admin: others meanwhile: at most {worst:.2f} s")


def unread(port):
    """Asks for many pages of metrics and takes none of them."""
    before = highest_memory(port.daemon.process.pid)
    lines = [port.line() for _ in range(50)]
    for line in lines:
        line.settimeout(1)
        try:
            line.sendall(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n" * 300)
        except OSError:
            pass
    took = port.is_well("answers that nobody takes", within=10)
    time.sleep(3)
    grown = highest_memory(port.daemon.process.pid) - before
    for line in lines:
        line.close()
    expect(grown < 150, f"answers that nobody takes: {grown:.0f} MB more")
    say(f"admin: 15,000 pages of metrics that nobody takes: {grown:.0f} MB more, others waited {took:.2f} s")


def many(port):
    """500 connections that say nothing; then others."""
    lines = []
    for _ in range(500):
        try:
            lines.append(port.line(2))
        except OSError:
            break
    started = time.monotonic()
    status, _, took = port.ask("/healthz", timeout=LIMIT)
    port.daemon.expect_alive("500 connections")
    api = port.daemon.ask("GET", "/jsonapi")[0]
    expect(api == 200, f"500 connections to the admin port: the local API answers {api}")
    expect(status == 200 and took < 5, f"500 connections: another one got {status} after {took:.1f} s")
    say(f"admin: {len(lines)} connections that say nothing: the next is answered {status} after {time.monotonic() - started:.1f} s, the local API at once")
    for line in lines:
        line.close()
    time.sleep(1)
    say(f"admin: after them: {port.is_well('500 connections, closed'):.2f} s")


ATTACKS = {attack.__name__: attack for attack in (odd, huge, hosts, slow, unread, many)}


def open_files(port):
    text = port.ask("/metrics")[1].decode()
    return float(re.search(r"^social_mirror_open_files (\S+)", text, re.M)[1])


def drill():
    options = argparse.ArgumentParser()
    options.add_argument("program")
    options.add_argument("--site-port", type=int, default=18560)
    options.add_argument("--only", nargs="*", default=[], choices=list(ATTACKS), help="these attacks alone")
    chosen = options.parse_args()
    sample = SampleSite(chosen.program, chosen.site_port, "--changes", 0)
    daemon = Daemon(chosen.program, chosen.site_port, chosen.site_port + 4)
    port = Port(daemon)
    try:
        daemon.place.run("sync")
        daemon.begin()
        before = open_files(port)
        for attack in [ATTACKS[name] for name in chosen.only or ATTACKS]:
            attack(port)
        time.sleep(2)
        after = open_files(port)
        expect(after < before + 20, f"{before:.0f} files were open before, {after:.0f} are now")
        say(f"admin: open files {before:.0f} before, {after:.0f} after; memory at most {highest_memory(daemon.process.pid):.0f} MB")
        daemon.log.seek(0)
        lines = [line for line in daemon.log.read().splitlines() if '"level":"error"' in line or "error" in line.split(" ")[:4]]
        expect(not lines, f"errors in the log: {json.dumps(lines[:3])}")
    finally:
        daemon.end()
        sample.stop()


if __name__ == "__main__":
    main(drill)
