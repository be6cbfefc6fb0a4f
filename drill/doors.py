"""Extremes at every door of the built program: a client at the local API over sockets, and a site that answers oddly. Whatever
comes, the program lives, ends with one of its own codes, and other clients are answered meanwhile."""
import argparse
import json
import os
import random
import re
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from oddsite import VALUES, OddSite, places, replaced
from workplace import Failed, SampleSite, Workplace, expect, main, say

MEDIA = "application/vnd.api+json"
TEXTS = [
    "", "0", "-1", "1.5", "1e999", "NaN", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
    "-9223372036854775809", "18446744073709551616", "9" * 400, "null", "[]", "%00", "\u0301" * 300, "(" * 300, "a." * 300, '"', ";", ",",
    "Fri, 31 Dec 9999 23:59:59 GMT", "x" * 8000,
]


class Daemon:
    """`run` over a sample site, with a client that may write."""

    def __init__(self, program, site, port):
        self.program, self.port, self.token = program, port, ""
        self.place = Workplace(program, f"http://127.0.0.1:{site}")
        with open(self.place.folder + "/config.json") as file:
            document = json.load(file)
        document["localAPI"] = {"host": "127.0.0.1", "port": port}
        document["admin"] = {"host": "127.0.0.1", "port": port + 1}
        document["sync"]["intervalSeconds"] = 3
        with open(self.place.folder + "/config.json", "w") as file:
            json.dump(document, file)

    def begin(self):
        text = self.place.run("consumer", "add", "--label", "drill", "--id", "drill", code=None)
        self.secret = [word for word in text.split() if len(word) > 25][-1]
        self.log = open(self.place.folder + "/log", "w+")
        self.process = subprocess.Popen([self.program, "run"], cwd=self.place.folder, stdout=self.log, stderr=self.log)
        for _ in range(200):
            if self.ask("GET", "/jsonapi")[0]:
                break
            time.sleep(0.05)
        self.token = self.sign_in()

    def sign_in(self):
        form = {"grant_type": "client_credentials", "client_id": "drill", "client_secret": self.secret, "scope": "read write"}
        return json.loads(self.ask("POST", "/oauth/token", urllib.parse.urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"})[2])["access_token"]

    def ask(self, method, target, body=None, fields=None, timeout=60):
        """Status (0 for none), head, content; over a connection of its own, byte for byte."""
        fields = {"Authorization": "Bearer " + self.token, **({"Content-Type": MEDIA} if body else {})} if fields is None else fields
        head = f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nConnection: close\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        if body is not None:
            head += f"Content-Length: {len(body)}\r\n"
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as line:
                line.sendall((head + "\r\n").encode("utf-8", "surrogatepass") + (body or b""))
                came = b""
                while piece := line.recv(1 << 16):
                    came += piece
        except OSError:
            return 0, "", b""
        start, _, content = came.partition(b"\r\n\r\n")
        words = start.split(b" ", 2)
        return (int(words[1]) if len(words) > 1 and words[1].isdigit() else 0), start.decode("latin-1"), content

    def expect_alive(self, what):
        code = self.process.poll()
        if code is not None:
            self.log.seek(0)
            raise Failed(f"the program ended with {code} after {what[:300]}\n{self.log.read()[-2000:]}")

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)
        self.place.remove()


class Clock:
    """Asks for a read and a token all the time, as other clients do; keeps the longest that one took."""

    def __init__(self, daemon):
        self.daemon, self.slowest, self.count, self.isOver = daemon, 0, 0, False
        self.thread = threading.Thread(target=self.go, daemon=True)
        self.thread.start()

    def go(self):
        while not self.isOver:
            started = time.monotonic()
            status = self.daemon.ask("GET", "/jsonapi/node/topic?page[limit]=1")[0]
            try:
                self.daemon.sign_in()
            except (ValueError, KeyError):
                status = 0
            if status == 200:
                self.slowest = max(self.slowest, time.monotonic() - started)
                self.count += 1
            time.sleep(0.05)

    def stop(self):
        self.isOver = True
        self.thread.join()
        return self.slowest


def seen(daemon, odd):
    """What once ended or stalled the program."""
    file = json.loads(daemon.ask("GET", "/jsonapi/file/file?page[limit]=1")[2])["data"][0]
    target = file["attributes"]["uri"]["url"]
    for wanted in ["0-9223372036854775807", "5-9223372036854775806", "-9223372036854775808", "9223372036854775807-"]:
        status, head, content = daemon.ask("GET", target, fields={"Range": "bytes=" + wanted})
        daemon.expect_alive("Range " + wanted)
        expect(status in (206, 416), f"Range {wanted}: {status}")
        say(f"doors: Range: bytes={wanted}, no token: {status}, {len(content)} bytes")
    for url in ["/oauth/userinfo", "/admin/people", "http://127.0.0.1:9/x", 5, None, []]:
        body = {"data": {"type": "file--file", "id": file["id"], "attributes": {"uri": {"value": "public://a.png", "url": url}}}}
        status, _, content = daemon.ask("PATCH", "/jsonapi/file/file/" + file["id"], json.dumps(body).encode())
        expect(status == 403, f"PATCH of uri.url {url}: {status}")
        say(f"doors: PATCH of a file's uri.url to {json.dumps(url)}: {status} {json.loads(content)['errors'][0]['detail']}")
    many = lambda count, item: ",".join(item(number) for number in range(count))
    for name, body in [
        ("100,000 members, each twice", '{"data":{"type":"node--topic","attributes":{%s}}}' % many(200_000, lambda n: f'"m{n % 100_000}":1')),
        ("300,000 members", '{"data":{"type":"node--topic","attributes":{%s}}}' % many(300_000, lambda n: f'"m{n}":1')),
        ("40,000 names of relationships", '{"data":{"type":"node--topic","attributes":{"title":"x"},"relationships":{%s}}}' % many(40_000, lambda n: f'"m{n}":{{"data":null}}')),
        ("800,000 marks on a letter", '{"data":{"type":"node--topic","attributes":{"title":"e%s"}}}' % ("\u0301\u0316" * 400_000)),
    ]:
        clock, started = Clock(daemon), time.monotonic()
        status = daemon.ask("POST", "/jsonapi/node/topic", body.encode())[0]
        took = time.monotonic() - started
        others = clock.stop()
        expect(status and took < 10 and others < 5, f"{name}: {status} after {took:.1f} s, others waited {others:.1f} s")
        say(f"doors: {name} ({len(body.encode())} bytes): {status} after {took:.2f} s; others waited {others:.2f} s at most")
        line = socket.create_connection(("127.0.0.1", daemon.port))
        line.sendall(f"POST /jsonapi/node/topic HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {daemon.token}\r\nContent-Type: {MEDIA}\r\nContent-Length: {len(body.encode())}\r\n\r\n".encode() + body.encode())
        line.close()
        started = time.monotonic()
        expect(daemon.ask("GET", "/jsonapi/node/topic?page[limit]=1")[0] == 200 and daemon.sign_in(), "no answer")
        say(f"doors: the same, and the sender hung up: a read and a token after {time.monotonic() - started:.2f} s")
    time.sleep(4)
    daemon.expect_alive("a round")


def client(daemon, dice, seconds):
    """A client that sends extremes to every door."""
    types = ["node/topic", "user/user", "file/file", "node/event", "comment/comment", "taxonomy_term/topic_types"]
    documents = [(path, json.loads(daemon.ask("GET", f"/jsonapi/{path}?page[limit]=2")[2])["data"]) for path in types]
    resources = [(path, resource) for path, found in documents for resource in found]
    file = json.loads(daemon.ask("GET", "/jsonapi/file/file?page[limit]=1")[2])["data"][0]["attributes"]["uri"]["url"]
    end, statuses, slowest = time.monotonic() + seconds, {}, (0, "")
    while time.monotonic() < end:
        path, resource = dice.choice(resources)
        text, fields, body, method = dice.choice(TEXTS), {"Authorization": "Bearer " + daemon.token}, None, "GET"
        target = f"/jsonapi/{path}/{resource['id']}"
        door = dice.randrange(6)
        if door == 0:
            name = dice.choice(["Range", "If-Range", "If-None-Match", "If-Modified-Since", "Authorization", "Prefer", "Content-Disposition", "Host", "Accept-Encoding"])
            fields[name] = dice.choice(["", "bytes=", "bytes=0-", "bytes=-", "wait=", "Bearer ", 'filename="']) + text + dice.choice(["", "-" + text, '"'])
            target = dice.choice([target, file, "/jsonapi/" + path])
        elif door == 1:
            form = dice.choice(["page[limit]", "page[offset]", "filter[created]", "filter[title]", "filter[a][condition][path]", "sort", "include", "fields[node--topic]", "resourceVersion", "_format", text])
            target = f"/jsonapi/{path}?{urllib.parse.quote(form, safe='[]')}={urllib.parse.quote(text)}&page[offset]={urllib.parse.quote(dice.choice(TEXTS))}"
        elif door == 2:
            form = {"grant_type": dice.choice(["password", "client_credentials", "refresh_token"]), "client_id": "drill", "client_secret": daemon.secret}
            form[dice.choice([*form, "scope", "username", "refresh_token"])] = text
            method, target, body = "POST", "/oauth/token", urllib.parse.urlencode(form).encode()
            fields = {"Content-Type": dice.choice(["application/x-www-form-urlencoded", "multipart/form-data; boundary=" + text.replace("\r", "")[:4000], "application/json"])}
        else:
            data = {"type": resource["type"], "id": resource["id"], "attributes": resource.get("attributes", {})}
            document = json.loads(json.dumps({"data": data}))
            if door == 3:
                names = [name for name, value in resource.get("relationships", {}).items() if "data" in value] or ["uid"]
                name = dice.choice(names)
                document = json.loads(json.dumps({"data": resource.get("relationships", {}).get(name, {}).get("data")}))
                target += "/relationships/" + name
            for _ in range(dice.choice([1, 1, 3])):
                document = replaced(document, dice.choice(places(document, [])), dice)
                if not isinstance(document, (dict, list)):
                    break
            method = dice.choice(["PATCH", "POST"]) if door == 3 else dice.choice(["PATCH", "PATCH", "POST"])
            if door != 3 and method == "POST":
                target = "/jsonapi/" + path
            body = json.dumps(document).encode()
            if dice.random() < 0.1:
                body = body[: dice.randrange(len(body) + 1)]
            fields["Content-Type"] = MEDIA
        fields = {name: value.replace("\r", "").replace("\n", "").replace("\0", "") for name, value in fields.items()}
        started = time.monotonic()
        status = daemon.ask(method, target.replace(" ", "%20"), body, fields)[0]
        took = time.monotonic() - started
        slowest = max(slowest, (took, f"{method} {target[:100]}"))
        statuses[status] = statuses.get(status, 0) + 1
        if status in (0, 500):
            daemon.expect_alive(f"{method} {target} {fields} {body}")
            expect(status != 500, f"{method} {target[:200]} {fields} {(body or b'')[:600]}: 500")
    daemon.expect_alive("all that")
    counts = ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
    say(f"doors: a hostile client: {sum(statuses.values())} requests, slowest {slowest[0]:.2f} s ({slowest[1]}); {counts}")
    expect(slowest[0] < 10, "too slow")


def site(program, port, dice, seconds):
    """A site that answers oddly; now rarely, now nearly always."""
    sample = SampleSite(program, port, "--changes", 2)
    end, codes, odd, number = time.monotonic() + seconds, {}, 0, 0
    place = None
    try:
        while time.monotonic() < end:
            rate = dice.choice([0.02, 0.1, 0.4, 0.9])
            between = OddSite(port + 1, port, dice.randrange(1 << 31), 0 if place is None else rate)
            if place is None:
                place = Workplace(program, f"http://127.0.0.1:{port + 1}", sync={"settleWindowSeconds": 1})
            for words in [["sync"], ["sync", "--sweep"], ["sync", "--full"], ["verify"], ["status", "--json"]]:
                started = time.monotonic()
                try:
                    done = subprocess.run([program, *words], cwd=place.folder, capture_output=True, text=True, timeout=240)
                except subprocess.TimeoutExpired:
                    raise Failed(f"{words} at rate {rate} did not end within 240 s")
                code = done.returncode
                codes[code] = codes.get(code, 0) + 1
                expect(0 <= code < 100, f"{words} at rate {rate} ended with {code}: {(done.stdout + done.stderr)[-3000:]}")
            odd += between.odd
            number += between.done
            between.close()
            if dice.random() < 0.3:
                place.remove()
                place = None
        counts = ", ".join(f"{code}: {count}" for code, count in sorted(codes.items()))
        say(f"doors: a hostile site: {number} answers, {odd} of them odd; exit codes {counts}")
    finally:
        sample.stop()
        if place:
            place.remove()


def drill():
    options = argparse.ArgumentParser(prog="drill/run PROGRAM doors")
    options.add_argument("program")
    options.add_argument("--site-port", type=int, default=8590)
    options.add_argument("--seconds", type=int, default=60, help="for a hostile client and a hostile site, each")
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    chosen = options.parse_args()
    say(f"doors: seed {chosen.seed}")
    dice = random.Random(chosen.seed)
    sample = SampleSite(chosen.program, chosen.site_port, "--changes", 0)
    daemon = Daemon(chosen.program, chosen.site_port, chosen.site_port + 4)
    try:
        daemon.place.run("sync")
        daemon.begin()
        seen(daemon, dice)
        client(daemon, dice, chosen.seconds)
    finally:
        daemon.end()
        sample.stop()
    site(chosen.program, chosen.site_port, dice, chosen.seconds)


if __name__ == "__main__":
    main(drill)
