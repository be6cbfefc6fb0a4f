"""A site that suddenly answers empty to everything, a changed account, a type that the site no longer has: nothing is removed,
exit 5, a message; after acceptance it is removed."""
import argparse
import http.client
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from workplace import SampleSite, Workplace, expect, main, say


class Distorting:
    """Hands requests on and distorts the answers as it is told."""

    def __init__(self, target_port):
        self.distort = None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def handle_one(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                there = http.client.HTTPConnection("127.0.0.1", target_port)
                headers = {name: value for name, value in self.headers.items() if name.lower() != "accept-encoding"}
                there.request(self.command, self.path, body, headers)
                answer = there.getresponse()
                data = answer.read()
                if outer.distort and answer.status == 200 and "json" in answer.getheader("Content-Type", ""):
                    data = json.dumps(outer.distort(self.path.split("?")[0], json.loads(data))).encode()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("content-length", "transfer-encoding", "connection", "content-encoding", "date", "server"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
                there.close()

            do_GET = do_POST = handle_one

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()


def empty(path, document):
    """Every collection is empty."""
    if path != "/jsonapi" and isinstance(document.get("data"), list):
        document = {**document, "data": []}
        document.pop("meta", None)
        document["links"] = {"self": document["links"]["self"]}
    return document


def without(name):
    """The entry point no longer names a type."""

    def distort(path, document):
        if path == "/jsonapi":
            document["links"].pop(name, None)
        return document

    return distort


def drill():
    options = argparse.ArgumentParser(prog="drill/run PROGRAM guards")
    options.add_argument("program")
    options.add_argument("--site-port", type=int, default=8490)
    chosen = options.parse_args()
    site = SampleSite(chosen.program, chosen.site_port, "--changes", 0)
    line = Distorting(chosen.site_port)
    place = Workplace(chosen.program, f"http://127.0.0.1:{line.port}")
    try:
        say("guards: " + place.run("sync"))

        def state():
            return dict(place.rows("SELECT type, count(*) FROM resources GROUP BY type"))

        before = state()

        def untouched(what, text):
            expect(state() == before, f"{what}: something was removed: {text}")
            expect("social-mirror:" in text, f"{what}: no message")
            say(f"guards: {what}: exit 5, {sum(before.values())} resources as before; {text.splitlines()[-1]}")

        line.distort = empty
        untouched("empty answers", place.run("sync", code=5))
        untouched("empty answers, sync --sweep", place.run("sync", "--sweep", code=5))
        line.distort = None
        say("guards: the site is as before: " + place.run("sync", "--sweep"))
        expect(state() == before, "the mirror is not as before")

        place.configure(account=("member", "member-password"))
        untouched("another account", place.run("sync", code=5))
        untouched("another account, sync --sweep", place.run("sync", "--sweep", code=5))
        place.configure()
        place.run("sync")

        gone = "node--event"
        line.distort = without(gone)
        untouched("a type is gone", place.run("sync", "--sweep", code=5))
        say("guards: accepted: " + place.run("sync", "--accept-removals", gone).splitlines()[-1])
        expect(state() == {name: count for name, count in before.items() if name != gone}, "not exactly that type was removed")
        tombstones = place.rows(f"SELECT count(*) FROM tombstones WHERE type = '{gone}'")[0][0]
        expect(tombstones == before[gone], "a removed resource has no tombstone")
        say(f"guards: and then: " + place.run("sync").splitlines()[-1])
        line.distort = None
        say("guards: the type is back: " + place.run("sync").splitlines()[-1])
        expect(state() == before, "the type did not come back whole")

        line.distort = lambda path, document: empty(path, document) if path == "/jsonapi/node/page" else document
        place.run("sync", "--sweep", code=5)
        untouched("one type is empty", place.run("sync", code=5))
        removed = "node--page"
        # The resources themselves still answer: what is there is not removed, whatever was agreed to.
        place.run("sync", "--accept-removals", removed, code=5)
        expect(state() == before, "a resource that answers was removed")
        place.run("check", "-q")
    finally:
        site.stop()
        place.remove()


main(drill)
