"""A site of files alone: the entry point, tokens, `file--file` by keyset, by offset and one by one, and their contents, with
ranges. Contents are made from a seed. As wished it cuts answers off in the middle."""
import hashlib
import json
import random
import threading
import time
import urllib.parse
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ME = "a0000000-0000-4000-8000-000000000001"
BLOCK = 1 << 16


class Content:
    """Bytes that can be made from any place on, always the same."""

    def __init__(self, number, seed, size):
        self.size = size
        self.block = random.Random(seed * 1_000_003 + number).randbytes(BLOCK - 8)

    def pieces(self, start):
        while start < self.size:
            place, inside = divmod(start, BLOCK)
            piece = (place.to_bytes(8, "big") + self.block)[inside : inside + self.size - start]
            yield piece
            start += len(piece)

    def sha256(self):
        digest = hashlib.sha256()
        for piece in self.pieces(0):
            digest.update(piece)
        return digest.hexdigest()


def sizes(count, total, seed):
    """From 1 KB to 50 MB, each at least once, about `total` bytes together."""
    dice = random.Random(seed)
    large = [50_000_000] * max(1, total // 3 // 50_000_000)
    small = [int(1000 * 5000 ** dice.random()) for _ in range(count - len(large) - 1)]
    scale = max(0.0, total - sum(large)) / sum(small)
    found = large + [1000] + [min(50_000_000, max(1000, int(size * scale))) for size in small]
    dice.shuffle(found)
    return found


class FileSite:
    def __init__(self, sizes, seed, lies_about_size=False):
        self.contents = [Content(number, seed, size) for number, size in enumerate(sizes)]
        self.lies = lies_about_size
        self.seed = seed
        self.cuts = 0.0
        self.dice = random.Random(seed)
        self.lock = threading.Lock()
        self.sent = 0
        self.cut = 0
        self.ranges = 0
        self.requests = 0
        self.leaks = 0
        server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        server.daemon_threads = True
        self.port = server.server_address[1]
        self.base = f"http://127.0.0.1:{self.port}"
        self._documents = [self._resource(number) for number in range(len(self.contents))]
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def _resource(self, number):
        is_private = number % 7 == 0
        name = f"file-{number}.bin"
        place = "private" if is_private else "public"
        url = f"/system/files/{name}" if is_private else f"/sites/default/files/{name}"
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(1_700_000_000 + number // 3))
        size = 1000 if self.lies else self.contents[number].size
        return {
            "type": "file--file", "id": str(uuid.UUID(int=(0xF11E << 112) | (4 << 76) | (8 << 60) | number + 1)),
            "attributes": {
                "drupal_internal__fid": number + 1, "langcode": "en", "filename": name,
                "uri": {"value": f"{place}://{name}", "url": url}, "filemime": "application/octet-stream",
                "filesize": size, "status": True, "created": stamp, "changed": stamp,
            },
            "relationships": {"uid": {"data": {"type": "user--user", "id": ME}}},
        }

    def _handler(site):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self, body, kind="application/vnd.api+json", status=200):
                data = json.dumps(body, separators=(",", ":")).encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                token = {"token_type": "Bearer", "expires_in": 3600, "access_token": "drill", "refresh_token": "again"}
                self.answer(token, "application/json")

            def do_GET(self):
                with site.lock:
                    site.requests += 1
                address = urllib.parse.urlsplit(self.path)
                if address.path.startswith(("/sites/", "/system/")):
                    return self.content(int(address.path.split("-")[-1].split(".")[0]))
                if address.path == "/jsonapi":
                    links = {"file--file": {"href": site.base + "/jsonapi/file/file"}, "self": {"href": site.base + "/jsonapi"}}
                    me = {"links": {"me": {"meta": {"id": ME}, "href": f"{site.base}/jsonapi/user/user/{ME}"}}}
                    return self.answer({"jsonapi": {"version": "1.0"}, "data": [], "meta": me, "links": links})
                if address.path == "/jsonapi/file/file":
                    return self.collection(dict(urllib.parse.parse_qsl(address.query)))
                for document in site._documents:
                    if address.path.endswith(document["id"]):
                        return self.answer({"data": document})
                self.answer({"errors": [{"title": "Not Found", "status": "404"}]}, status=404)

            def collection(self, query):
                def value(name):
                    return query.get(f"filter[{name}][condition][value]")

                rows = site._documents
                key = lambda row: (1_700_000_000 + (row["attributes"]["drupal_internal__fid"] - 1) // 3, row["attributes"]["drupal_internal__fid"])
                if value("new") is not None:
                    # What was changed later, or is new; of that what follows a serial number.
                    since, first, behind = int(value("gt")), int(value("new")), int(value("ix") or 0)
                    rows = [row for row in rows if (key(row)[0] > since or key(row)[1] >= first) and key(row)[1] > behind]
                elif value("gt") is not None:
                    rows = [row for row in rows if key(row) > (int(value("gt")), int(value("ix")))]
                elif value("ix") is not None:
                    rows = [row for row in rows if key(row)[1] > int(value("ix"))]
                if query.get("sort", "").startswith("-"):
                    rows = rows[::-1]
                offset, limit = int(query.get("page[offset]", 0)), min(50, int(query.get("page[limit]", 50)))
                links = {"self": {"href": site.base + self.path}}
                if len(rows) > offset + limit:
                    links["next"] = {"href": site.base + f"/jsonapi/file/file?page[offset]={offset + limit}"}
                self.answer({"jsonapi": {"version": "1.0"}, "data": rows[offset : offset + limit], "links": links})

            def content(self, number):
                content = site.contents[number]
                if number % 7 == 0 and self.headers.get("Authorization") != "Bearer drill":
                    return self.answer({}, "text/html", 403)
                mark, start = f'"{number}-{content.size}"', 0
                wanted = self.headers.get("Range", "")
                if wanted.startswith("bytes=") and self.headers.get("If-Range", mark) == mark:
                    start = int(wanted[6:].split("-")[0])
                with site.lock:
                    site.ranges += start > 0
                    end = content.size
                    if content.size > 100_000 and site.dice.random() < site.cuts:
                        site.cut += 1
                        end = site.dice.randrange(start, content.size)
                self.send_response(206 if start else 200)
                self.send_header("Content-Type", "application/octet-stream")
                self.send_header("ETag", mark)
                if start:
                    self.send_header("Content-Range", f"bytes {start}-{content.size - 1}/{content.size}")
                self.send_header("Content-Length", str(content.size - start))
                self.end_headers()
                for piece in content.pieces(start):
                    piece = piece[: max(0, end - start)]
                    if not piece:
                        break
                    try:
                        self.wfile.write(piece)
                    except OSError:
                        self.close_connection = True
                        break
                    start += len(piece)
                    with site.lock:
                        site.sent += len(piece)
                if end < content.size:
                    self.close_connection = True

        return Handler
