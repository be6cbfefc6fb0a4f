"""Attacks on the local API of the built program, over sockets: one line for each, with what was sent, what came, and whether that is
as it is meant."""
import argparse
import hashlib
import json
import multiprocessing
import multiprocessing.pool
import os
import random
import resource
import select
import socket
import statistics
import subprocess
import threading
import time
import urllib.parse

from attackers import Answer, Browser, Key, Other, address, ask, decoded, encoded, exchange, hashed
from workplace import Failed, SampleSite, Workplace, expect, main, say

MEDIA = {"Content-Type": "application/vnd.api+json"}
WEB, LOCAL = "https://one.example/cb?x=1", "http://127.0.0.1/cb"
VERIFIER = "a-verifier-of-attacks-that-is-long-enough-for-it"
CHALLENGE = encoded(hashlib.sha256(VERIFIER.encode()).digest())
S256 = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
READ = "/jsonapi/node/topic?filter[title][operator]=CONTAINS&filter[title][value]=a&sort=-changed&page[limit]=10"
EXAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "config.example.json")
LIMITS = {"headSeconds": 5, "bodySeconds": 8, "idleSeconds": 8}


class Table:
    """The lines, and which of them were not as they are meant."""

    def __init__(self):
        self.count, self.faults = 0, []

    def line(self, attack, sent, came, isMeant):
        self.count += 1
        line = f"{'yes' if isMeant else 'NO '} {attack} | {sent} | {came}"
        if not isMeant:
            self.faults.append(line)
        say("attacks: " + "".join(sign if sign.isprintable() else "?" for sign in line))

    def answer(self, attack, sent, answer, *statuses):
        self.line(attack, sent, answer.brief, answer.status in statuses)


class Target:
    """`run` over a sample site, with clients and people."""

    def __init__(self, program, site, port):
        self.program, self.port, self.table = program, port, Table()
        self.place = Workplace(program, f"http://127.0.0.1:{site}")
        with open(self.place.folder + "/config.json") as file:
            document = json.load(file)
        with open(EXAMPLE) as file:
            sights = json.load(file)["localAPI"]["sights"]
        sights["topics"] = {"types": ["node--topic"], "published": True, "hide": ["node--topic.created"]}
        document["localAPI"] = {"host": "127.0.0.1", "port": port, "sights": sights, "limits": LIMITS}
        document["admin"] = {"host": "127.0.0.1", "port": port + 1}
        document["sync"]["intervalSeconds"] = 5
        with open(self.place.folder + "/config.json", "w") as file:
            json.dump(document, file)
        self.secrets, self.process, self.numbers = {}, None, 20_000

    def begin(self):
        self.place.run("sync")
        self.client("one", "--redirect-uri", WEB, "--redirect-uri", LOCAL, "--scopes", "read,write,openid")
        self.client("two", "--redirect-uri", WEB)
        self.client("reader", "--scopes", "read")
        self.client("topics", "--scopes", "read,write", "--sight", "topics")
        self.client("narrow", "--scopes", "read:node--topic")
        self.client("plain", "--redirect-uri", WEB, "--plain-challenge")
        self.client("app", "--redirect-uri", WEB, "--public")
        self.account("anna")
        self.account("ben", "--scopes", "read")
        self.account("cara", "--sight", "topics")
        self.log = open(self.place.folder + "/log", "w+")
        self.process = subprocess.Popen([self.program, "run"], cwd=self.place.folder, stdout=self.log, stderr=self.log)
        for _ in range(200):
            if ask(self.port, "GET", "/jsonapi").status:
                break
            time.sleep(0.05)

    def client(self, name, *words):
        given = ["consumer", "add", "--label", name, "--id", name, *words]
        if "--public" in words:
            self.place.run(*given)
        else:
            self.secrets[name] = name + "-secret-of-some-length"
            self.piped(self.secrets[name], *given, "--secret-stdin")

    def account(self, name, *words):
        self.piped(name + "-password", "account", "add", name, "--password-stdin", *words)

    def piped(self, text, *words):
        done = subprocess.run([self.program, *words], cwd=self.place.folder, input=text, capture_output=True, text=True)
        expect(done.returncode == 0, f"{words}: {done.returncode} {done.stdout}{done.stderr}")

    def fresh(self):
        """An address that nobody has come from."""
        self.numbers += 1
        return address(self.numbers)

    def as_client(self, name="one"):
        return {"client_id": name, **({"client_secret": self.secrets[name]} if name in self.secrets else {})}

    def grant(self, form, **more):
        return ask(self.port, "POST", "/oauth/token", {**form, **more}, source=self.fresh())

    def client_token(self, name="one", **more):
        return self.grant({"grant_type": "client_credentials", **self.as_client(name)}, **more)

    def person_token(self, person="anna", name="one", **more):
        return self.grant({"grant_type": "password", "username": person, "password": person + "-password", **self.as_client(name)}, **more)

    def get(self, target, token=None, **more):
        return ask(self.port, "GET", target, token=token, **more)

    def code(self, client="one", uri=WEB, person="anna", **more):
        """A code, or the answer where there is none."""
        found, _ = Browser(self.port, person, person + "-password").code(
            response_type="code", client_id=client, redirect_uri=uri, scope=more.pop("scope", "read"), state="s", **more)
        return found

    def trade(self, code, client="one", uri=WEB, **more):
        return self.grant({"grant_type": "authorization_code", "code": code, "redirect_uri": uri, **self.as_client(client)}, **more)

    def expect_alive(self, what):
        if self.process.poll() is not None:
            self.log.seek(0)
            raise Failed(f"the program ended with {self.process.returncode} after {what}\n{self.log.read()[-2000:]}")

    def memory(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS:"))

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.place.remove()


def forgeries(target, dice):
    """Tokens made by hand."""
    table = target.table
    good = target.client_token().json["access_token"]
    other = json.loads(decoded(target.client_token("two").json["access_token"].split(".")[1]))
    head, claims = (json.loads(decoded(part)) for part in good.split(".")[:2])
    with open(target.place.mirror + ".signing-key.pem") as file:
        own = Key(file.read())
    foreign = Key(subprocess.run(["openssl", "genrsa", "2048"], capture_output=True, text=True).stdout)
    published = json.loads(target.get("/oauth/jwks").body)["keys"][0]
    public = subprocess.run(
        ["openssl", "pkey", "-in", target.place.mirror + ".signing-key.pem", "-pubout"], capture_output=True, text=True).stdout
    now = int(time.time())
    table.answer("JWT, control", "the claims as they are, signed anew with the mirror's key", target.get(READ, own.token(head, claims)), 200)
    forged = [("alg none", encoded({**head, "alg": name}) + "." + encoded(claims) + ".") for name in ("none", "None", "NONE")]
    forged += [("alg none, signature kept", encoded({**head, "alg": "none"}) + "." + ".".join(good.split(".")[1:]))]
    for name, secret in [("PEM", public.encode()), ("PEM without its last line break", public.strip().encode()), ("JWK", json.dumps(published).encode()),
                         ("modulus", decoded(published["n"])), ("nothing", b"")]:
        forged.append((f"HS256 with the public key ({name})", hashed(secret, {**head, "alg": "HS256"}, claims)))
    forged += [
        ("embedded jwk", foreign.token({**head, "jwk": foreign.jwk}, claims)),
        ("embedded jwk, its own kid", foreign.token({**head, "kid": "mine", "jwk": {**foreign.jwk, "kid": "mine"}}, claims)),
        ("jku elsewhere", foreign.token({**head, "jku": "http://127.0.0.1:9/keys"}, claims)),
        ("x5u elsewhere", foreign.token({**head, "x5u": "http://127.0.0.1:9/keys"}, claims)),
        ("x5c", foreign.token({**head, "x5c": ["AAAA"]}, claims)),
        ("another's key, the mirror's kid", foreign.token(head, claims)),
    ]
    for kid in ["", "../../../../dev/null", "/dev/null", "' UNION SELECT 'x' --", "file:///etc/passwd", "|id", "x" * 5000, 0, None, [head["kid"]], {"a": 1}, head["kid"] + "\0", head["kid"].lower()]:
        forged.append((f"kid {json.dumps(kid)[:30]}, the mirror's key", own.token({**head, "kid": kid}, claims)))
        if isinstance(kid, str) and "null" in kid:
            forged.append((f"kid {kid}, HS256 with nothing", hashed(b"", {**head, "alg": "HS256", "kid": kid}, claims)))
    forged += [
        ("no kid", own.token({name: value for name, value in head.items() if name != "kid"}, claims)),
        ("crit", own.token({**head, "crit": ["x"], "x": 1}, claims)),
        ("alg RS512 named, RS256 signed", own.token({**head, "alg": "RS512"}, claims)),
        ("alg ES256 named", own.token({**head, "alg": "ES256"}, claims)),
        ("alg rs256 (case)", own.token({**head, "alg": "rs256"}, claims)),
    ]
    for name, changed in [
        ("expired a second ago", {"exp": now - 1}), ("exp of 1970", {"exp": 0}), ("exp negative", {"exp": -1}), ("exp a text", {"exp": "9999999999"}),
        ("exp 1e400 as a text of JSON", {"exp": 10**400}), ("no exp", {"exp": None}), ("not yet valid, in a minute", {"nbf": now + 60}),
        ("issued in an hour", {"iat": now + 3600}), ("aud of another consumer", {"aud": "two"}), ("aud of none", {"aud": "nobody"}),
        ("aud a list with the right one", {"aud": ["two", "one"]}), ("iss of another mirror", {"iss": "https://evil.example"}),
        ("no iss", {"iss": None}), ("sub of an account", {"sub": "1"}), ("sub a text", {"sub": "1 OR 1=1"}), ("jti never issued", {"jti": "0" * 80}),
        ("jti with SQL", {"jti": "' OR 1=1 --"}), ("jti of another consumer's token", {"jti": other["jti"]}), ("jti a number", {"jti": 1}),
    ]:
        given = {key: value for key, value in {**claims, **changed}.items() if value is not None}
        forged.append((name + ", the mirror's key", own.token(head, given)))
    parts = good.split(".")
    forged += [
        ("claims changed, signature kept", parts[0] + "." + encoded({**claims, "scope": ["*"]}) + "." + parts[2]),
        ("last byte of the signature", ".".join(parts[:2]) + "." + encoded(decoded(parts[2])[:-1] + b"\0")),
        ("signature with padding", good + "="), ("signature with bits to spare", good[:-1] + chr(ord(good[-1]) + 1)),
        ("four parts", good + ".x"), ("two parts", ".".join(parts[:2])), ("a byte 0 after it", good + "%00"), ("empty", ""), ("100,000 dots", "." * 20_000),
        ("the refresh token", target.person_token().json["refresh_token"]),
        ("claims with two exp", parts[0] + "." + encoded(json.dumps(claims)[:-1].encode() + b',"exp":9999999999}') + "." + parts[2]),
    ]
    for name, token in forged:
        table.answer("JWT", name, target.get(READ, token), 401, 431)
    # The scope in the claims is not what counts.
    narrow = target.client_token("reader").json["access_token"]
    claims = {**json.loads(decoded(narrow.split(".")[1])), "scope": ["read", "write", "*"]}
    answer = ask(target.port, "POST", "/jsonapi/node/topic", b'{"data":{"type":"node--topic","attributes":{"title":"x"}}}', MEDIA, token=own.token(head, claims))
    table.answer("JWT", "a reader's token with more scopes in its claims, the mirror's key; POST", answer, 403, 401)
    for form in ["Bearer " + good + ", Bearer x", "bearer\t" + good]:
        answer = target.get(READ, fields={"Authorization": form})
        table.line("bearer", form.replace(good, "TOKEN").replace("\t", "<tab>"), answer.brief, answer.status in (200, 400, 401) and "," not in form or answer.status in (400, 401))
    table.answer("bearer", "the token in the query, ?access_token=", target.get("/jsonapi/node/topic?access_token=" + good), 401, 400)


def ended(target, dice):
    """How long tokens live on after their consumer or account lost them; commands run beside the daemon."""
    def until_refused(token, words, text=None):
        expect(target.get(READ, token).status == 200, f"no read before {words}")
        for _ in range(5):
            target.get(READ, token)
        if text is None:
            target.place.run(*words)
        else:
            target.piped(text, *words)
        started = time.monotonic()
        while (answer := target.get(READ, token)).status == 200 and time.monotonic() - started < 9:
            time.sleep(0.05)
        return time.monotonic() - started, answer

    target.client("gone")
    target.client("turned")
    target.account("dora")
    target.account("emil")
    target.account("fred")
    target.client("thin")
    cases = [
        ("consumer removed", target.client_token("gone"), ["consumer", "remove", "gone"], None),
        ("consumer rotated", target.client_token("turned"), ["consumer", "rotate", "turned"], None),
        ("account removed", target.person_token("dora"), ["account", "remove", "dora"], None),
        ("account with a new password", target.person_token("emil"), ["account", "add", "emil", "--password-stdin"], "another"),
    ]
    with multiprocessing.pool.ThreadPool(len(cases)) as pool:
        ends = pool.starmap(until_refused, [(answer.json["access_token"], words, text) for _, answer, words, text in cases])
    for (name, answer, words, text), (took, last) in zip(cases, ends):
        refresh = answer.json.get("refresh_token")
        target.table.line(name, "its access token, asked with again and again", f"{took:.2f} s until {last.status}", last.status == 401 and took <= 5.5)
        if refresh:
            target.table.answer(name, "its refresh token", target.grant({"grant_type": "refresh_token", "refresh_token": refresh, **target.as_client()}), 400, 401)
    token = target.person_token("fred").json["access_token"]
    take, last = until_refused(token, ["account", "add", "fred", "--password-stdin", "--scopes", "write"], "fred-password")
    target.table.line("account with fewer scopes", "its access token", f"{take:.2f} s until {last.status}", last.status in (401, 403) and take <= 5.5)
    answer = target.person_token("dora")
    target.table.answer("account removed", "its password again", answer, 400, 401)
    answer = target.client_token("turned")
    target.table.answer("consumer rotated", "its old secret", answer, 401)


def grants(target, dice):
    """Replays, codes of others, redirects elsewhere, PKCE."""
    table, port = target.table, target.port
    first = target.person_token().json
    renew = lambda token, client="one", **more: target.grant({"grant_type": "refresh_token", "refresh_token": token, **target.as_client(client)}, **more)
    answer = renew(first["refresh_token"], "two")
    table.answer("refresh of another client", "two presents the refresh token of one", answer, 400, 401)
    answer = renew(first["refresh_token"], scope="read write openid")
    second = renew(first["refresh_token"]).json if answer.status != 200 else answer.json
    table.line("refresh, control", "the right client", f"pair: {sorted(second)[:2]}", "refresh_token" in second)
    again = renew(first["refresh_token"])
    table.answer("refresh replay", "the replaced refresh token a second time", again, 400, 401)
    table.answer("refresh replay", "the replaced access token", target.get(READ, first["access_token"]), 401)
    table.line("refresh replay", "what became of the second pair", f"access {target.get(READ, second['access_token']).status}", True)
    third = target.person_token().json["refresh_token"]
    with multiprocessing.pool.ThreadPool(20) as pool:
        won = [answer.status for answer in pool.map(lambda _: renew(third), range(20))]
    table.line("refresh race", "one refresh token, 20 at once", f"{won.count(200)} times 200", won.count(200) == 1)

    code = target.code(**S256)
    if not isinstance(code, dict) or "code" not in code:
        table.line("code, control", "sign-in and consent", f"{getattr(code, 'brief', code)} {getattr(code, 'text', '')[:300]}", False)
        return
    code = code["code"]
    for name, client, more in [
        ("code of another client", "two", {"code_verifier": VERIFIER}),
        ("code, redirect elsewhere", "one", {"code_verifier": VERIFIER, "redirect_uri": "https://evil.example/"}),
        ("code, redirect to another of its own", "one", {"code_verifier": VERIFIER, "redirect_uri": LOCAL}),
        ("code, no redirect_uri", "one", {"code_verifier": VERIFIER, "redirect_uri": ""}),
        ("PKCE missing at the token", "one", {}), ("PKCE, wrong verifier", "one", {"code_verifier": VERIFIER + "x"}),
        ("PKCE, the challenge as the verifier", "one", {"code_verifier": CHALLENGE}),
        ("PKCE, verifier empty", "one", {"code_verifier": ""}),
        ("code, wrong secret", "one", {"code_verifier": VERIFIER, "client_secret": "wrong"}),
    ]:
        table.answer(name, "at /oauth/token", target.trade(code, client, **more), 400, 401)
    answer = target.trade(code, code_verifier=VERIFIER)
    if answer.status != 200:
        # Some misses may end the code.
        table.line("code, after those", "the right client and verifier", answer.brief + " (the misses ended the code)", True)
        answer = target.trade(target.code(**S256)["code"], code_verifier=VERIFIER)
    table.line("code, control", "the right client and verifier", f"{answer.status} {answer.json.get('scope', '')}", answer.status == 200)
    pair = answer.json
    code2 = target.code(**S256)["code"]
    pair = target.trade(code2, code_verifier=VERIFIER).json
    expect(target.get(READ, pair["access_token"]).status == 200, "a code's token is no good")
    table.answer("code replay", "a used code again", target.trade(code2, code_verifier=VERIFIER), 400, 401)
    started = time.monotonic()
    while (answer := target.get(READ, pair["access_token"])).status == 200 and time.monotonic() - started < 7:
        time.sleep(0.05)
    table.line("code replay", "the access token of its first use", f"{time.monotonic() - started:.2f} s until {answer.status}", answer.status == 401)
    table.answer("code replay", "the refresh token of its first use", renew(pair.get("refresh_token", "")), 400, 401)
    code3 = target.code(**S256)["code"]
    with multiprocessing.pool.ThreadPool(20) as pool:
        won = [answer.status for answer in pool.map(lambda _: target.trade(code3, code_verifier=VERIFIER), range(20))]
    table.line("code race", "one code, 20 at once", f"{won.count(200)} times 200", won.count(200) <= 1)
    code = target.code()["code"]
    table.answer("PKCE downgrade", "a verifier for a code that was asked for without a challenge", target.trade(code, code_verifier=VERIFIER), 400, 401)

    def authorize(**query):
        query = {"response_type": "code", "client_id": "one", "redirect_uri": WEB, "scope": "read", "state": "s", **query}
        return ask(port, "GET", "/oauth/authorize?" + urllib.parse.urlencode({name: value for name, value in query.items() if value is not None}))

    def led(answer):
        """Where an answer leads, if elsewhere."""
        place = answer.field("location") or ""
        return place if "://" in place and f"//127.0.0.1:{port}/" not in place else ""

    for uri in ["https://evil.example/cb", WEB + "&y=2", WEB + "/..", WEB[:-4], "https://one.example/cb?x=1#f", "https://one.example.evil.example/cb?x=1",
                "https://one.example@evil.example/cb?x=1", "https://ONE.example/cb?x=1", "http://one.example/cb?x=1", "https://one.example:444/cb?x=1",
                "https://one.example/cb?x=%31", "http://127.0.0.1:99/other", "http://127.0.0.1.evil.example/cb", "http://127.0.0.1:1@evil.example/cb",
                "http://localhost/cb", "javascript:alert(1)", "//evil.example/cb", "", "https://one.example/cb?x=1\r\nSet-Cookie: a=b", "https://one.example/cb?x=1\0.evil.example"]:
        answer = authorize(redirect_uri=uri)
        found = dict(answer.fields)
        table.line("redirect elsewhere", f"redirect_uri {uri[:50]}", f"{answer.brief} {led(answer)}",
                   answer.status in (400, 401) and not led(answer) and "set-cookie" not in found)
    _, place = Browser(port, "anna", "anna-password").code(response_type="code", client_id="one", redirect_uri=WEB + " \0", scope="read")
    table.line("redirect, blanks after it", "trimmed, as the site does", str(place)[:60], place is None or place.startswith(WEB + "&code="))
    answer = authorize(redirect_uri="http://127.0.0.1:51234/cb")
    table.line("redirect, control", "another port of loopback", answer.brief, answer.status in (200, 302, 303) and not led(answer))
    answer = authorize(state="s\r\nSet-Cookie: a=b")
    table.line("header injection by state", "state with a line break", answer.brief, all(value != "a=b" for _, value in answer.fields))
    for name, query in [
        ("PKCE missing", {"client_id": "app"}), ("PKCE plain", {"client_id": "app", "code_challenge": VERIFIER, "code_challenge_method": "plain"}),
        ("PKCE, no method (is plain)", {"client_id": "app", "code_challenge": VERIFIER}),
        ("PKCE, unknown method", {"client_id": "app", "code_challenge": CHALLENGE, "code_challenge_method": "S512"}),
        ("PKCE, s256 (case)", {"client_id": "app", "code_challenge": CHALLENGE, "code_challenge_method": "s256"}),
        ("PKCE, method without challenge", {"client_id": "app", "code_challenge_method": "S256"}),
        ("PKCE, short challenge", {"client_id": "app", "code_challenge": "a", "code_challenge_method": "S256"}),
        ("PKCE plain, a confidential client", {"code_challenge": VERIFIER, "code_challenge_method": "plain"}),
        ("response_type token", {"response_type": "token"}), ("a consumer that has no such grant", {"client_id": "reader"}),
        ("more scope than it has", {"client_id": "two", "scope": "read openid", **S256}), ("unknown scope", {"scope": "read admin", **S256}),
    ]:
        answer = authorize(**query)
        place = led(answer)
        table.line(name, "at /oauth/authorize", f"{answer.brief} {place[:110]}", answer.status in (400, 401) or place.startswith(WEB) and "error=" in place)
    code = target.code("app", **S256)["code"]
    table.answer("PKCE missing, public client", "its code without a verifier", target.trade(code, "app"), 400, 401)
    code = target.code("app", **S256)["code"]
    table.answer("public client, control", "its code with the verifier", target.trade(code, "app", code_verifier=VERIFIER), 200)
    table.answer("public client", "client_credentials", target.client_token("app"), 400, 401)
    table.answer("public client", "password grant", target.person_token(name="app"), 400, 401)
    code = target.code("plain", code_challenge=VERIFIER, code_challenge_method="plain")
    code = code["code"] if isinstance(code, dict) else ""
    table.answer("PKCE plain, where allowed", "another verifier", target.trade(code, "plain", code_verifier=CHALLENGE), 400, 401)
    # Forms of elsewhere.
    for name, fields in [("Origin: https://evil.example", {"Origin": "https://evil.example"}), ("Sec-Fetch-Site: cross-site", {"Sec-Fetch-Site": "cross-site"}),
                         ("no seal", {})]:
        query = urllib.parse.urlencode({"response_type": "code", "client_id": "one", "redirect_uri": WEB, "scope": "read"})
        person = Browser(port, "anna", "anna-password")
        person.code(response_type="code", client_id="one", redirect_uri=WEB, scope="read")
        answer = person.open("POST", "/oauth/authorize?" + query, {"step": "consent", "answer": "allow", "seal": ""}, fields)
        table.line("consent from elsewhere", name, f"{answer.status} {led(answer)}", "code=" not in led(answer))
    page = authorize(**S256)
    framing = (page.field("x-frame-options") or "") + " " + (page.field("content-security-policy") or "")
    table.line("framing", "the sign-in page", framing[:140], "frame-ancestors 'none'" in framing or "DENY" in framing.upper())
    revoke = ask(port, "POST", "/oauth/revoke", {"token": second["access_token"], **target.as_client("two")})
    alive = target.get(READ, second["access_token"]).status
    table.line("revocation of another's token", "two revokes a token of one", f"{revoke.brief}; the token then: {alive}", alive == 200 or target.get(READ, second["access_token"]).status == 200)
    answer = ask(port, "POST", "/oauth/introspect", {"token": second["access_token"], **target.as_client("two")})
    table.line("introspection of another's token", "two asks for a token of one", f"{answer.status} {answer.text[:80]}", answer.status in (400, 401, 403) or answer.json == {"active": False})
    answer = ask(port, "POST", "/oauth/introspect", {"token": second["access_token"]})
    table.answer("introspection without a client", "token alone", answer, 400, 401)


def escalation(target, dice):
    """More scope or sight than one has."""
    table, port = target.table, target.port
    for name, scope in [("reader", "read write"), ("reader", "write"), ("reader", "*"), ("reader", "openid"), ("narrow", "read"), ("narrow", "read:node"),
                        ("narrow", "read:user"), ("narrow", "read:node--topic read:node--event"), ("reader", "read\0write"), ("reader", "READ"), ("narrow", "read:*"), ("reader", "write:*"), ("reader", "x" * 5000)]:
        table.answer("scope escalation", f"{name} asks for {scope[:40]}", target.client_token(name, scope=scope), 400)
    answer = target.client_token("reader", scope="read:*")
    seen = target.get("/jsonapi/node/topic", answer.json.get("access_token")).status
    table.line("scope escalation", "reader, who has read, asks for read:*", f"{answer.brief}; a read with it: {seen}", answer.status == 400 or seen != 200)
    answer = target.person_token("ben", scope="read write")
    if answer.status == 200:
        answer = ask(port, "POST", "/jsonapi/node/topic", b'{"data":{"type":"node--topic","attributes":{"title":"x"}}}', MEDIA, token=answer.json["access_token"])
        table.answer("scope escalation", "an account that may read, through a client that may write: got read and write? POST", answer, 403)
    else:
        table.answer("scope escalation", "an account that may read asks a client that may write for read write", answer, 400)
    pair = target.person_token("anna", scope="read").json
    answer = target.grant({"grant_type": "refresh_token", "refresh_token": pair["refresh_token"], "scope": "read write", **target.as_client()})
    table.answer("scope escalation by refresh", "read became read write", answer, 400)
    whole, topics = target.client_token().json["access_token"], target.client_token("topics").json["access_token"]
    narrow, reader = target.client_token("narrow").json["access_token"], target.client_token("reader").json["access_token"]
    cara = target.person_token("cara").json["access_token"]
    body = lambda kind, **more: json.dumps({"data": {"type": kind, **more}}).encode()
    topic = target.get("/jsonapi/node/topic?page[limit]=1", whole).json["data"][0]
    people = target.get("/jsonapi/user/user?page[limit]=3", whole).json["data"]
    event = target.get("/jsonapi/node/event?page[limit]=1", whole).json["data"][0]
    for method, content in [("POST", body("node--topic", attributes={"title": "x"})), ("PATCH", body("node--topic", id=topic["id"], attributes={"title": "x"})), ("DELETE", None)]:
        place = "/jsonapi/node/topic" + ("" if method == "POST" else "/" + topic["id"])
        table.answer("scope", f"{method} by a reader", ask(port, method, place, content, MEDIA, token=reader), 403)
        table.answer("scope", f"{method} by a reader, X-HTTP-Method-Override", ask(port, "GET", place, fields={"X-HTTP-Method-Override": method}, token=reader), 200)
    for who, token in [("narrow", narrow), ("topics", topics), ("cara", cara)]:
        for place in ["/jsonapi/user/user", f"/jsonapi/user/user/{people[-1]['id']}", f"/jsonapi/node/event/{event['id']}", f"/jsonapi/node/topic/{topic['id']}/uid", "/jsonapi/file/file"]:
            answer = target.get(place, token)
            data = answer.json.get("data") if answer.status == 200 else None
            table.line("sight", f"{who}: GET {place.replace(topic['id'], 'ID').replace(event['id'], 'ID').replace(people[-1]['id'], 'ID')}", f"{answer.brief}, data {str(data)[:20]}", answer.status in (403, 404) or answer.status == 200 and not data)
        answer = target.get(f"/jsonapi/node/topic/{topic['id']}?include=uid,uid.roles", token)
        table.line("sight", f"{who}: include=uid of a topic", f"{answer.brief}, included {answer.json.get('included')}", not answer.json.get("included"))
        unhidden, held = (target.get(f"/jsonapi/node/topic?filter[uid.name]={name}", token).body.replace(name.encode(), b"") for name in (people[-1]["attributes"].get("name", "admin"), "nobody-has-it"))
        table.line("sight", f"{who}: filter[uid.name] of one who is there, and of nobody", f"{len(unhidden)} and {len(held)} bytes", unhidden == held)
        orders = lambda token: [[item["id"] for item in target.get(f"/jsonapi/node/topic?sort=uid.{name}&page[limit]=50", token).json.get("data", [])] for name in ("name", "mail", "created")]
        seen, all_seen = orders(token), orders(whole)
        table.line("sight", f"{who}: sort by uid.name, uid.mail, uid.created", f"{'one order' if seen[0] == seen[1] == seen[2] else 'other orders'}; of one who sees people {'one order' if all_seen[0] == all_seen[2] else 'other orders'}",
                   seen[0] == seen[1] == seen[2] and all_seen[0] != all_seen[2])
    for token, who in [(topics, "topics"), (cara, "cara")]:
        answer = target.get(f"/jsonapi/node/topic/{topic['id']}", token)
        table.line("sight", f"{who}: a hidden field", f"{answer.status} created {'there' if 'created' in answer.json.get('data', {}).get('attributes', {}) else 'absent'}", "created" not in answer.json.get("data", {}).get("attributes", {}))
        ids = [[item["id"] for item in target.get(f"/jsonapi/node/topic?sort={way}created&page[limit]=50", token).json.get("data", [])] for way in ("", "-")]
        table.line("sight", f"{who}: sort by a hidden field, both ways", f"{len(ids[0])} rows", not ids[0] or ids[0] == ids[1])
    tag = target.get(f"/jsonapi/user/user/{people[-1]['id']}", whole).field("etag")
    answer = target.get(f"/jsonapi/user/user/{people[-1]['id']}", topics, fields={"If-None-Match": tag or "*"})
    table.answer("sight", "topics: If-None-Match with the ETag of a hidden user", answer, 403, 404)
    for kind, place, ident in [("user--user", "user/user", people[-1]["id"]), ("node--event", "node/event", event["id"])]:
        answer = ask(port, "PATCH", f"/jsonapi/{place}/{ident}", body(kind, id=ident, attributes={"status": False}), MEDIA, token=topics)
        table.answer("sight", f"topics: PATCH of a hidden {kind}", answer, 403, 404)
        answer = ask(port, "DELETE", f"/jsonapi/{place}/{ident}", token=topics)
        table.answer("sight", f"topics: DELETE of a hidden {kind}", answer, 403, 404)
    answer = ask(port, "PATCH", f"/jsonapi/node/topic/{topic['id']}", body("node--topic", id=topic["id"], attributes={"created": "2020-01-01T00:00:00+00:00"}), MEDIA, token=topics)
    table.answer("sight", "topics: PATCH of a hidden field", answer, 403, 422)
    private = next((item for item in target.get("/jsonapi/file/file?filter[uri.value][operator]=STARTS_WITH&filter[uri.value][value]=private&page[limit]=1", whole).json.get("data", [])), None)
    if private:
        url = private["attributes"]["uri"]["url"]
        table.answer("private file", "without a token", target.get(url), 401, 403)
        table.answer("private file", "topics, who sees no files", target.get(url, topics), 403, 404)
        table.answer("private file, control", "one", target.get(url, whole), 200)


def paths(target, dice):
    """Ways out of the folder of files, and headers in names."""
    table, port = target.table, target.port
    token = target.client_token().json["access_token"]
    key = open(target.place.mirror + ".signing-key.pem", "rb").read()
    bad, statuses, tried = [], {}, 0
    ups = ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "..\\", "%252e%252e%252f", "..%c0%af", "....//", ".%00./", "%uff0e%uff0e/", "..;/"]
    for root in ["/sites/default/files/", "/system/files/", "/sites/default/files/seed/", "/system/files/%00", "/"]:
        for up in ups:
            for aim in ["etc/passwd", "data/mirror.sqlite", "mirror.sqlite.signing-key.pem", "config.json"]:
                for deep in (1, 3, 9):
                    place = root + up * deep + aim
                    answer = ask(port, "GET", place, token=token)
                    tried += 1
                    statuses[answer.status] = statuses.get(answer.status, 0) + 1
                    if answer.status not in (400, 404, 301, 302, 403) or b"root:" in answer.body or key[:100] in answer.body or b"SQLite format" in answer.body:
                        bad.append(f"{place}: {answer.brief}")
    for place in ["//etc/passwd", "/file:///etc/passwd", "/sites/default/files//etc/passwd", "/sites/default/files/C:/x", "/sites/default/files/" + "a/" * 3000, "http://evil.example/sites/default/files/x"]:
        answer = ask(port, "GET", place, token=token)
        tried += 1
        statuses[answer.status] = statuses.get(answer.status, 0) + 1
        if answer.status == 200 or "evil.example" in (answer.field("location") or ""):
            bad.append(f"{place[:60]}: {answer.brief} {answer.field('location')}")
    table.line("path traversal", f"{tried} paths below file routes, with a token", f"{statuses} {'; '.join(bad[:5])}", not bad)
    names = ["a%0d%0aSet-Cookie: got=1.txt", "a\\r\\nSet-Cookie: got=1.txt", "../../../../tmp/got.txt", "..\\..\\got.txt", "/etc/cron.d/got.txt", "a\"; x=\"b.txt", "a%00b.txt",
             "\u202egnp.txt", "a\u0085Set-Cookie: got=1.txt", "a\u2028b.txt", "a\x0bb\x0c.txt", "\x1b[31mred.txt", ".htaccess", "..", "con.txt", "x" * 3000 + ".txt"]
    for form in ('file; filename="%s"', "file; filename*=UTF-8''%s"):
        for name in names:
            given = name if "*=" not in form else urllib.parse.quote(name.replace("\\r\\n", "\r\n"), safe="%")
            sent = (form % given).encode("utf-8")
            request = (f"POST /jsonapi/node/topic/field_files HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n"
                       "Content-Type: application/octet-stream\r\nContent-Length: 5\r\nContent-Disposition: ").encode() + sent + b"\r\n\r\nhello"
            answer = Answer(exchange(port, request)[0])
            came, meant = answer.brief, answer.status in (201, 202, 400, 403, 415, 422) and all(name != "set-cookie" for name, _ in answer.fields)
            if answer.status == 201:
                made = answer.json["data"]["attributes"]
                came += f" filename {made['filename'][:40]!r}"
                meant = meant and not any(sign in made["filename"] for sign in "\r\n\0/")
                if isinstance(made.get("uri"), dict) and made["uri"].get("url"):
                    content = ask(port, "GET", made["uri"]["url"], token=token)
                    came += f"; its content: {content.status}"
                    meant = meant and all(name != "set-cookie" and "got=1" != value for name, value in content.fields)
            table.line("header injection by file name", (form % name)[:60], came, meant)
    table.line("file name that climbs", "after those uploads", f"/tmp/got.txt {'is there' if os.path.exists('/tmp/got.txt') else 'is not there'}", not os.path.exists("/tmp/got.txt"))
    for place in ["//a%0d%0aSet-Cookie:got=1", "/JSONAPI/node%0d%0aSet-Cookie:got=1/", "/index.php/%0d%0aSet-Cookie:got=1", "/jsonapi//x%0aSet-Cookie:got=1", "//evil.example/%2e%2e", "/%5cevil.example/", "///evil.example//x"]:
        answer = ask(port, "GET", place, token=token)
        location = answer.field("location") or ""
        elsewhere = location.startswith("//") or "://" in location and f"://127.0.0.1:{port}/" not in location
        table.line("header injection and redirect by path", place, f"{answer.status} {location}", all(name != "set-cookie" for name, _ in answer.fields) and not elsewhere and answer.status)
    for name, fields in [("Host: evil.example", "Host: evil.example"), ("X-Forwarded-Host: evil.example", f"Host: 127.0.0.1:{port}\r\nX-Forwarded-Host: evil.example"),
                         ("Forwarded: host=evil.example", f"Host: 127.0.0.1:{port}\r\nForwarded: host=evil.example;proto=https"), ("no Host", "X: y")]:
        came, _ = exchange(port, f"GET /jsonapi HTTP/1.1\r\n{fields}\r\nConnection: close\r\n\r\n".encode())
        table.line("foreign host", name, f"{Answer(came).status}, evil.example {'in' if b'evil.example' in came else 'not in'} the answer", b"evil.example" not in came)


def smuggling(target, dice):
    table, port = target.table, target.port
    token = target.client_token().json["access_token"]
    host, tail = f"Host: 127.0.0.1:{port}\r\n", f"GET /smuggled HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"
    body = json.dumps({"data": {"type": "node--topic"}})
    begin = f"POST /jsonapi/node/topic HTTP/1.1\r\n{host}Authorization: Bearer {token}\r\nContent-Type: application/vnd.api+json\r\n"
    shapes = [
        ("two Content-Length, unlike", begin + f"Content-Length: {len(body)}\r\nContent-Length: {len(body + tail)}\r\n\r\n" + body + tail),
        ("two Content-Length, alike", begin + f"Content-Length: {len(body)}\r\nContent-Length: {len(body)}\r\n\r\n" + body + tail),
        ("Content-Length with a comma", begin + f"Content-Length: {len(body)}, {len(body)}\r\n\r\n" + body + tail),
        ("Content-Length: +5", begin + f"Content-Length: +{len(body)}\r\n\r\n" + body + tail),
        ("Content-Length: -1", begin + "Content-Length: -1\r\n\r\n" + body + tail),
        ("Content-Length: 0x10", begin + "Content-Length: 0x10\r\n\r\n" + body + tail),
        ("Content-Length of 30 digits", begin + "Content-Length: " + "9" * 30 + "\r\n\r\n" + body + tail),
        ("Content-Length, a space before the colon", begin + f"Content-Length : {len(body)}\r\n\r\n" + body + tail),
        ("Transfer-Encoding and Content-Length", begin + f"Content-Length: {len(body)}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + tail),
        ("Transfer-Encoding: xchunked", begin + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + tail),
        ("Transfer-Encoding: chunked, identity", begin + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + tail),
        ("Transfer-Encoding twice", begin + "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n" + tail),
        ("Transfer-Encoding: <vt>chunked", begin + "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n" + tail),
        ("Transfer-Encoding over HTTP/1.0", begin.replace("HTTP/1.1", "HTTP/1.0") + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + tail),
        ("two Host", f"GET /jsonapi HTTP/1.1\r\n{host}{host}\r\n" + tail),
        ("two Host, unlike", f"GET /jsonapi HTTP/1.1\r\n{host}Host: evil.example\r\n\r\n" + tail),
        ("obs-fold in Host", f"GET /jsonapi HTTP/1.1\r\nHost:\r\n 127.0.0.1:{port}\r\n\r\n" + tail),
        ("obs-fold", f"GET /jsonapi HTTP/1.1\r\n{host}X: a\r\n b\r\n\r\n" + tail),
        ("obs-fold of Transfer-Encoding", begin + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + tail),
        ("a line without a colon", f"GET /jsonapi HTTP/1.1\r\n{host}nonsense\r\n\r\n" + tail),
        ("a byte 0 in a field", f"GET /jsonapi HTTP/1.1\r\n{host}X: a\0b\r\n\r\n" + tail),
        ("a bare CR in a field", f"GET /jsonapi HTTP/1.1\r\n{host}X: a\rY: b\r\n\r\n" + tail),
        ("chunk size xyz", begin + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n" + tail),
        ("chunk size empty", begin + "Transfer-Encoding: chunked\r\n\r\n\r\n\r\n" + tail),
        ("chunk size -1", begin + "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n" + tail),
        ("chunk size 0x5", begin + "Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n" + tail),
        ("chunk size of 17 digits", begin + "Transfer-Encoding: chunked\r\n\r\n10000000000000005\r\nhello\r\n0\r\n\r\n" + tail),
        ("chunk longer than said", begin + "Transfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n" + tail),
        ("HTTP/1.1 twice in the line", f"GET /jsonapi HTTP/1.1 HTTP/1.1\r\n{host}\r\n" + tail),
        ("HTTP/9.9", f"GET /jsonapi HTTP/9.9\r\n{host}\r\n" + tail),
        ("a second request inside a body", begin + f"Content-Length: {len(tail)}\r\n\r\n" + tail),
    ]
    plain = f"GET /jsonapi HTTP/1.1\r\n{host}\r\n"
    came, _ = exchange(port, (plain + plain.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")).encode())
    table.line("smuggling, control", "two good requests", f"{came.count(b'HTTP/1.1 200')} answers", came.count(b"HTTP/1.1 200") == 2)
    for name, sent in shapes:
        came, closed = exchange(port, sent.encode("latin-1"), timeout=11)
        answers = came.count(b"HTTP/1.1 ")
        inside = name == "a second request inside a body"
        meant = answers == 1 and closed and b"smuggled" not in came and (Answer(came).status in (400, 403, 405, 411, 413, 422, 501, 505))
        table.line("smuggling", name + ", and a GET behind it", f"{Answer(came).status}, {answers} answers, {'closed' if closed else 'left open'}", meant or inside and answers == 1)


def slow(target, dice):
    """200 slow heads and 200 slow bodies while another client is served."""
    table, port = target.table, target.port
    token = target.client_token().json["access_token"]
    calm = Other(port, token, READ)
    time.sleep(2)
    calm.stop()
    for kind in ("heads", "bodies"):
        other, lines, gone, told = Other(port, token, READ, 9001), [], [], {}
        for number in range(200):
            line = socket.create_connection(("127.0.0.1", port), source_address=(address(100 + number // 100), 0))
            if kind == "bodies":
                line.sendall(f"POST /jsonapi/node/topic HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/vnd.api+json\r\nContent-Length: 1000\r\n\r\n".encode())
            line.setblocking(False)
            lines.append(line)
        started = time.monotonic()
        text, at = b"GET /jsonapi HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 1000, 0
        while lines and time.monotonic() - started < 20:
            for line in list(lines):
                try:
                    line.send(text[at : at + 1] if kind == "heads" else b" ")
                except BlockingIOError:
                    pass
                except OSError:
                    pass
                try:
                    came = line.recv(4096)
                    if came:
                        status = Answer(came).status
                        told[status] = told.get(status, 0) + 1
                    else:
                        raise ConnectionError
                except BlockingIOError:
                    continue
                except OSError:
                    gone.append(time.monotonic() - started)
                    lines.remove(line)
                    line.close()
            at += 1
            time.sleep(0.25)
        for line in lines:
            line.close()
        other.stop()
        bound = LIMITS["headSeconds" if kind == "heads" else "bodySeconds"]
        table.line(f"200 slow {kind}", "a byte in a quarter of a second, on 200 connections", f"{len(gone)} closed after {min(gone, default=0):.1f} to {max(gone, default=0):.1f} s (bound {bound}), told {told}; {other.brief}; calm p99 {calm.part(.99) * 1000:.0f} ms",
                   len(gone) == 200 and max(gone) < bound + 5 and not other.failed and other.part(0.99) < 1)


def idle(target, dice):
    """10,000 connections that say nothing."""
    table, port = target.table, target.port
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 12_000) if hard > 0 else 12_000, hard))
    except (ValueError, OSError):
        pass
    most = min(10_000, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 200)
    token = target.client_token().json["access_token"]

    def ticks():
        """Hundredths of a second of the program on a core."""
        with open(f"/proc/{target.process.pid}/stat") as file:
            return sum(map(int, file.read().rsplit(")", 1)[1].split()[11:13]))

    for name, spread in [("from one address", 10**9), ("from addresses of their own, 250 of each", 250)]:
        other = Other(port, token, READ, 9002)
        lines, waited, started = [], 0, time.monotonic()
        while len(lines) + waited < most and time.monotonic() - started < 20:
            line = socket.socket()
            line.settimeout(0.5)
            try:
                line.bind((address(30_000 + len(lines) // spread * 251), 0))
                line.connect(("127.0.0.1", port))
                lines.append(line)
            except OSError:
                line.close()
                waited += 1
                if waited > 8:
                    break
        made, took, memory = len(lines), time.monotonic() - started, target.memory()
        started = time.monotonic()
        new = ask(port, "GET", READ, token=token, source=address(9003), timeout=30)
        fresh = time.monotonic() - started
        seen = sum(1 for line in open("/proc/net/tcp") if line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "01")
        descriptors = len(os.listdir(f"/proc/{target.process.pid}/fd"))
        before = ticks()
        time.sleep(2)
        busy = (ticks() - before) / 2
        other.stop()
        for line in lines:
            line.close()
        table.line(f"10,000 idle connections {name}", "connect, and nothing", f"{made} made in {took:.1f} s (more waited: {waited}), {seen} open as the kernel has it, {descriptors} descriptors of the program, {memory:.0f} MB, {busy:.0f} % of a core; a new client: {new.status} after {fresh:.2f} s; {other.brief}",
                   new.status == 200 and not other.failed and fresh < LIMITS["idleSeconds"] + 5 and busy < 60)
        target.expect_alive("idle connections")
        time.sleep(1)


def large(target, dice):
    table, port = target.table, target.port
    token = target.client_token().json["access_token"]
    for name, place, fields in [
        ("no token", "/jsonapi/node/topic", "Content-Type: application/vnd.api+json"), ("no token, an upload", "/jsonapi/node/topic/field_files", 'Content-Type: application/octet-stream\r\nContent-Disposition: file; filename="a.txt"'),
        ("a form of the token endpoint", "/oauth/token", "Content-Type: application/x-www-form-urlencoded"),
        ("a wrong token", "/jsonapi/node/topic", "Authorization: Bearer x\r\nContent-Type: application/vnd.api+json"),
        ("a token", "/jsonapi/node/topic", f"Authorization: Bearer {token}\r\nContent-Type: application/vnd.api+json"),
        ("a token, an upload", "/jsonapi/node/topic/field_files", f'Authorization: Bearer {token}\r\nContent-Type: application/octet-stream\r\nContent-Disposition: file; filename="a.txt"'),
    ]:
        for way, length in [("Content-Length", f"Content-Length: {1 << 30}"), ("chunked", "Transfer-Encoding: chunked")]:
            sent, came, started, memory = 0, b"", time.monotonic(), target.memory()
            piece = b"x" * 65536 if way != "chunked" else b"10000\r\n" + b"x" * 65536 + b"\r\n"
            with socket.create_connection(("127.0.0.1", port), timeout=15, source_address=(target.fresh(), 0)) as line:
                line.sendall(f"POST {place} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{fields}\r\n{length}\r\n\r\n".encode())
                line.setblocking(False)
                left = b""
                try:
                    # Listens while it sends: an answer counts from when it is there.
                    while time.monotonic() - started < 15:
                        ready, free, _ = select.select([line], [line] if sent < 1 << 30 and not came else [], [], 1)
                        if ready:
                            found = line.recv(65536)
                            came += found
                            if not found:
                                break
                        elif free:
                            left = left or piece
                            count = line.send(left)
                            left, sent = left[count:], sent + count
                except OSError:
                    pass
            upload = name == "a token, an upload"
            grown = target.memory() - memory
            # What lies in the sockets' own buffers was read by nobody.
            bound = (80 if upload and way == "chunked" else 12) << 20
            table.line("1 GB body", f"{name}, {way}", f"{Answer(came).status or 'connection closed'} after {sent / 1048576:.1f} MB given to the socket, {time.monotonic() - started:.1f} s; memory {grown:+.0f} MB", Answer(came).status in (400, 401, 403, 404, 413) and sent <= bound)
        answer = Answer(exchange(port, f"POST {place} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{fields}\r\nContent-Length: {1 << 30}\r\nExpect: 100-continue\r\n\r\n".encode(), timeout=12)[0])
        table.line("1 GB body", f"{name}, Expect: 100-continue", f"{answer.status} {answer.text[:40]}, no byte of it sent", answer.status in (401, 403, 404, 413))
    for name, text in [("lists", "[" * 100_000 + "]" * 100_000), ("objects", '{"a":' * 100_000 + "1" + "}" * 100_000), ("lists, not closed", "[" * 100_000)]:
        started = time.monotonic()
        answer = ask(port, "POST", "/jsonapi/node/topic", ('{"data":{"type":"node--topic","attributes":{"title":%s}}}' % text).encode(), MEDIA, token=token)
        table.line("JSON 100,000 deep", name, f"{answer.brief} after {time.monotonic() - started:.2f} s", answer.status in (400, 413, 422))
    token = encoded(json.dumps({"alg": "RS256"}).encode()) + "." + encoded(b"[" * 20_000) + ".x"
    table.answer("JSON 20,000 deep", "in a token", target.get(READ, token), 401, 431)
    target.expect_alive("deep JSON")


def statements(target, dice):
    """SQL in every parameter."""
    table, port = target.table, target.port
    token = target.client_token().json["access_token"]
    before = target.place.rows("SELECT count(*) FROM sqlite_master")[0][0], target.place.rows("SELECT count(*) FROM resources")[0][0]
    texts = ["'", "''", "' OR 1=1 --", "\" OR \"\"=\"", "1; DROP TABLE resource; --", "') UNION SELECT document FROM resources --", "x' AND randomblob(1000000000) --", "%' --", "1) OR (1=1", "`", "[x]", "$.a", "a.\"b\"", "?1", ":x", "@x", "\\'", "char(39)", "/**/", "\0"]
    words = ("sqlite", "syntax error", "unrecognized token", "no such column", "no such table", "near \"")
    topic = target.get("/jsonapi/node/topic?page[limit]=1", token).json["data"][0]["id"]
    good = {"grant_type": "password", "client_id": "one", "client_secret": target.secrets["one"], "username": "anna", "password": "anna-password", "scope": "read"}
    sent, bad, statuses = 0, [], {}

    def note(what, answer, text, granted=False):
        nonlocal sent
        sent += 1
        statuses[answer.status] = statuses.get(answer.status, 0) + 1
        told = (str(answer.json) or answer.text).replace("\\'", "'").lower()
        if answer.status in (0, 500, 503) or any(word.lower() in told for word in words if answer.status >= 400) or granted:
            bad.append(f"{what}={text!r}: {answer.brief}")

    forms = [("grant_type", good), ("client_id", good), ("client_secret", good), ("username", good), ("password", good), ("scope", good),
             ("refresh_token", {**good, "grant_type": "refresh_token", "refresh_token": ""}), ("code", {**good, "grant_type": "authorization_code", "redirect_uri": WEB}),
             ("redirect_uri", {**good, "grant_type": "authorization_code", "code": "x"}), ("code_verifier", {**good, "grant_type": "authorization_code", "code": "x", "redirect_uri": WEB})]
    # Wrong secrets of one name wait; so together.
    cases = [(name, form, text) for name, form in forms for text in texts]
    with multiprocessing.pool.ThreadPool(40) as pool:
        answers = pool.map(lambda case: target.grant(case[1], **{case[0]: case[2]}), cases, 1)
    for (name, _, text), answer in zip(cases, answers):
        # What is trimmed away, as the site does, is no scope at all.
        note(name, answer, text, answer.status == 200 and (name, text) != ("scope", "\0"))
    table.line("SQL, token endpoint", f"{len(forms)} parameters, {len(texts)} texts: {sent} requests", f"{statuses} {'; '.join(bad[:5])}", not bad)
    sent, bad, statuses = 0, [], {}
    quoted = lambda text: urllib.parse.quote(text, safe="")
    reads = {
        "filter value": "/jsonapi/node/topic?filter[title]=%s", "filter name": "/jsonapi/node/topic?filter[%s]=1", "filter path": "/jsonapi/node/topic?filter[a][condition][path]=%s&filter[a][condition][value]=1",
        "filter operator": "/jsonapi/node/topic?filter[a][condition][path]=title&filter[a][condition][operator]=%s&filter[a][condition][value]=1",
        "filter group": "/jsonapi/node/topic?filter[a][condition][path]=title&filter[a][condition][value]=1&filter[a][condition][memberOf]=%s",
        "conjunction": "/jsonapi/node/topic?filter[g][group][conjunction]=%s&filter[title]=1",
        "IN value": "/jsonapi/node/topic?filter[a][condition][path]=title&filter[a][condition][operator]=IN&filter[a][condition][value][]=%s",
        "related value": "/jsonapi/node/topic?filter[uid.name]=%s", "id value": "/jsonapi/node/topic?filter[id]=%s", "sort": "/jsonapi/node/topic?sort=%s", "sort path": "/jsonapi/node/topic?sort[a][path]=%s", "sort direction": "/jsonapi/node/topic?sort[a][path]=title&sort[a][direction]=%s",
        "include": "/jsonapi/node/topic?include=%s", "fields": "/jsonapi/node/topic?fields[node--topic]=%s", "fields type": "/jsonapi/node/topic?fields[%s]=title", "limit": "/jsonapi/node/topic?page[limit]=%s", "offset": "/jsonapi/node/topic?page[offset]=%s",
        "resourceVersion": f"/jsonapi/node/topic/{topic}?resourceVersion=%s", "id": "/jsonapi/node/topic/%s", "type": "/jsonapi/node/%s", "related": f"/jsonapi/node/topic/{topic}/%s", "relationship": f"/jsonapi/node/topic/{topic}/relationships/%s",
        "file": "/sites/default/files/%s", "_format": "/openapi/jsonapi?_format=%s", "parameter": "/jsonapi/node/topic?%s=1",
    }
    for name, form in reads.items():
        for text in texts:
            answer = target.get(form % quoted(text), token)
            rows = answer.json.get("data") if answer.status == 200 and isinstance(answer.json, dict) else None
            note(name, answer, text, bool(rows) and name in ("filter value", "IN value", "id value", "related value"))
    for name in ("If-None-Match", "Range", "If-Modified-Since", "Accept", "X-Consumer-ID", "Prefer"):
        for text in texts:
            if text != "\0":
                note(name, target.get(f"/jsonapi/node/topic/{topic}", token, fields={name: text}), text)
    table.line("SQL, reads", f"{len(reads)} parameters and 6 headers: {sent} requests", f"{statuses} {'; '.join(bad[:5])}", not bad)
    after = target.place.rows("SELECT count(*) FROM sqlite_master")[0][0], target.place.rows("SELECT count(*) FROM resources")[0][0]
    table.line("SQL", "tables and rows after that", f"{before} before, {after} after", before[1] <= after[1] and before[0] <= after[0])


def names(target, dice, tries):
    """Whether an answer's time tells who is known."""
    count = max(1, -(-tries // 3))
    for number in range(count):
        target.piped("a-password", "account", "add", f"person{number}", "--password-stdin")
        target.piped("a-secret-of-some-length", "consumer", "add", "--label", "x", "--id", f"client{number}", "--secret-stdin")
    cases = [(kind, known, number) for kind in ("client", "account") for known in (True, False) for number in range(tries)]
    times = {(kind, known): [] for kind in ("client", "account") for known in (True, False)}
    bodies = {key: set() for key in times}
    dice.shuffle(cases)
    source = None
    for index, (kind, known, number) in enumerate(cases):
        if index % 8 == 0:
            source = target.fresh()
        name = f"{'person' if kind == 'account' else 'client'}{number % count}" if known else f"{'nobody' if kind == 'account' else 'nothing'}{number % count}"
        form = {"grant_type": "client_credentials", "client_id": name, "client_secret": "wrong"}
        if kind == "account":
            form = {"grant_type": "password", **target.as_client("reader"), "username": name, "password": "wrong"}
        started = time.perf_counter()
        answer = ask(target.port, "POST", "/oauth/token", form, source=source)
        times[kind, known].append(time.perf_counter() - started)
        bodies[kind, known].add((answer.status, answer.body))
    for kind in ("client", "account"):
        known, unknown = (statistics.median(times[kind, flag]) * 1000 for flag in (True, False))
        pairs = sum(1 for _ in range(20_000) if dice.choice(times[kind, True]) > dice.choice(times[kind, False])) / 200
        target.table.line(f"timing of names: {kind}", f"{tries} wrong tries of known ones, {tries} of unknown ones", f"medians {known:.2f} and {unknown:.2f} ms, known is slower in {pairs:.0f} % of pairs; answers {'alike' if bodies[kind, True] == bodies[kind, False] else 'unlike: ' + str([status for status, _ in bodies[kind, True] | bodies[kind, False]])}",
                          (abs(known - unknown) < max(0.15 * known, 1.5) or abs(pairs - 50) < 6) and bodies[kind, True] == bodies[kind, False])


def guess(port, number, isSpread, until, counts):
    """Guesses one account's password without end."""
    tried = {}
    while time.time() < until:
        answer = ask(port, "POST", "/oauth/token", {
            "grant_type": "password", "client_id": "reader", "client_secret": "reader-secret-of-some-length", "username": "anna" if number % 2 else f"guessed{number}",
            "password": f"wrong{time.time()}"}, source=address(40_000 + number * isSpread), timeout=30)
        tried[answer.status] = tried.get(answer.status, 0) + 1
    counts.put(tried)


def guess_all(port, isSpread, until, counts):
    threads = [threading.Thread(target=guess, args=(port, number, isSpread, until, counts)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def guessers(target, dice, seconds):
    """50 who guess passwords beside a reader."""
    token = target.client_token().json["access_token"]

    def read():
        other = Other(target.port, token, READ, 9004)
        time.sleep(seconds)
        return other.stop()

    for isSpread in (False, True):
        calm, counts, tried = read(), multiprocessing.Queue(), {}
        process = multiprocessing.Process(target=guess_all, args=(target.port, isSpread, time.time() + seconds, counts))
        process.start()
        beside = read()
        for _ in range(50):
            for status, count in counts.get(timeout=60).items():
                tried[status] = tried.get(status, 0) + count
        process.join()
        p99 = [other.part(0.99) * 1000 for other in (calm, beside)]
        failed = calm.failed + beside.failed
        target.table.line(f"50 guessers, {'each from an address of its own' if isSpread else 'all from one address'}", f"wrong passwords, {seconds} s",
                          f"guesses {tried}; another client's read p99 {p99[0]:.0f} ms without, {p99[1]:.0f} ms with ({len(calm.times)} and {len(beside.times)} reads, {failed} failed)",
                          p99[1] <= max(3 * p99[0], 50) and not failed)
    started = time.monotonic()
    answer = target.person_token(name="two")
    took = time.monotonic() - started
    target.table.line("50 guessers", "the rightful one, from elsewhere", f"{answer.status} after {took:.2f} s", answer.status == 200 and took < 4)
    done = subprocess.run([target.program, "status", "--json"], cwd=target.place.folder, capture_output=True, text=True)
    status = json.loads(done.stdout)
    told = json.dumps({key: value for key, value in status.items() if "sign" in key.lower()})
    target.log.flush()
    with open(target.place.folder + "/log") as log:
        text = log.read()
    target.table.line("guesses counted", "status --json, and the log", told[:160], len(told) > 2 and not any(secret in text + told for secret in [*target.secrets.values(), "anna-password", "wrong1"]))


def drill():
    options = argparse.ArgumentParser(prog="drill/run PROGRAM attacks")
    options.add_argument("program")
    options.add_argument("--site-port", type=int, default=8620)
    options.add_argument("--names", type=int, default=int(os.environ.get("NAMES", "200")), help="tries for each median of the timing of names")
    options.add_argument("--seconds", type=int, default=5, help="of guessing, from one address and from many")
    options.add_argument("--only", default="", help="parts, with commas: forgeries, ended, grants, escalation, paths, smuggling, slow, idle, large, statements, names, guessers")
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    chosen = options.parse_args()
    say(f"attacks: seed {chosen.seed}")
    dice = random.Random(chosen.seed)
    sample = SampleSite(chosen.program, chosen.site_port, "--changes", 0)
    target = Target(os.path.abspath(chosen.program), chosen.site_port, chosen.site_port + 4)
    parts = [forgeries, ended, grants, escalation, paths, smuggling, large, statements, slow, idle,
             lambda target, dice: names(target, dice, chosen.names), lambda target, dice: guessers(target, dice, chosen.seconds)]
    titles = ["forgeries", "ended", "grants", "escalation", "paths", "smuggling", "large", "statements", "slow", "idle", "names", "guessers"]
    begun = time.monotonic()
    try:
        target.begin()
        for title, part in zip(titles, parts):
            if not chosen.only or title in chosen.only.split(","):
                started = time.monotonic()
                part(target, dice)
                target.expect_alive(title)
                say(f"attacks: -- {title}: {time.monotonic() - started:.1f} s, the program has {target.memory():.0f} MB")
    finally:
        target.end()
        sample.stop()
    table = target.table
    say(f"attacks: {table.count} lines, {table.count - len(table.faults)} as meant, {time.monotonic() - begun:.0f} s")
    expect(not table.faults, f"{len(table.faults)} not as meant:\n" + "\n".join(table.faults))


if __name__ == "__main__":
    main(drill)
