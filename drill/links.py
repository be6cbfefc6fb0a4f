"""Asks a mirror its own links, and the site the same: each leads to 200 on the mirror itself and says what the site says, but for
the host.
"""
import json
import time
import urllib.error
import urllib.parse
import urllib.request

from workplace import Reader, VOLATILE, expect

# What the local API leaves out on purpose: what the account may not see is not there, and not listed either.
LEFT_OUT = {"meta"}


def in_any_order(document, types):
    """The resources of a whole collection of a type that has no serial number by id: nobody outside the site knows their order."""
    resources = document.get("data")
    if not isinstance(resources, list) or {"next", "prev"} & set(document.get("links", {})):
        return document
    if any(resource["type"] not in types for resource in resources):
        return document
    return {**document, "data": sorted(resources, key=lambda resource: resource["id"])}


class Served:
    """`social-mirror serve` over the mirror of a workplace."""

    def __init__(self, place, port):
        self.place = place
        path = urllib.parse.urlsplit(place.base).path.rstrip("/")
        self.base = f"http://127.0.0.1:{port}{path}"
        document = json.load(open(place.folder + "/config.json"))
        document["localAPI"] = {"port": port}
        document["admin"] = {"port": 0}
        json.dump(document, open(place.folder + "/config.json", "w"))
        words = place.run("consumer", "add", "--label", "drill").split()
        self.client = (words[1], words[3])
        self.process = place.start("serve")

    def reader(self, entry):
        form = {"grant_type": "client_credentials", "client_id": self.client[0], "client_secret": self.client[1]}
        deadline = time.monotonic() + 20
        while True:
            try:
                return Reader(self.base, form, entry)
            except (urllib.error.URLError, ConnectionError):
                expect(time.monotonic() < deadline and self.process.poll() is None, "serve does not answer")
                time.sleep(0.05)

    def stop(self):
        self.process.terminate()
        self.process.wait()


def parts(document):
    """What is compared of a document: volatile members and what is left out on purpose aside."""
    if isinstance(document, dict):
        return {k: parts(v) for k, v in document.items() if k not in VOLATILE}
    if isinstance(document, list):
        return [parts(item) for item in document]
    return document


def found_links(document):
    """The links of a document: its own, and those of its first resources."""
    def of(links):
        return [link["href"] if isinstance(link, dict) else link for link in (links or {}).values() if link]
    data = document.get("data") or []
    urls = of(document.get("links"))
    for resource in (data if isinstance(data, list) else [data])[:2]:
        urls += of(resource.get("links"))
        for relationship in resource.get("relationships", {}).values():
            if isinstance(relationship, dict):
                urls += of(relationship.get("links"))
    return urls


def walk(site, mirror, most=500, unordered=()):
    """Follows the mirror's links from its entry point on; how many were asked, and how many answers were the same to the byte.
    The types of `unordered` are those whose order nobody knows."""
    waiting, known, same, files = [mirror.entry], {mirror.entry}, 0, 0
    hosts = site.hosts()
    asked = 0
    while waiting and asked < most:
        url = waiting.pop(0)
        expect(url.startswith(mirror.origin + "/"), f"{url} does not lead to the mirror")
        asked += 1
        status, body = mirror.raw(url)
        target = site.origin + url[len(mirror.origin):]
        wanted, truth = site.raw(target)
        expect(status == wanted, f"{url}: {status}, the site {wanted}")
        expect(status == 200, f"{url}: {status}")
        text = body.decode()
        for host in hosts + [site.origin]:
            expect(host.replace("/", "\\/") not in text, f"{url} names {host}")
            truth = truth.replace(host.replace("/", "\\/").encode(), mirror.origin.replace("/", "\\/").encode())
        mine, theirs = (in_any_order(json.loads(text), unordered) for text in (body, truth))
        if body == truth:
            same += 1
        else:
            for key in (set(mine) | set(theirs)) - LEFT_OUT:
                expect(parts(mine.get(key)) == parts(theirs.get(key)), f"{url}: {key} is not as the site's")
        for link in found_links(mine):
            if link not in known:
                known.add(link)
                waiting.append(link)
        data = mine.get("data") if isinstance(mine.get("data"), list) else []
        for resource in data:
            address = (resource["attributes"].get("uri") or {}).get("url", "") if "attributes" in resource else ""
            if "/sites/" in address and files < 5:
                files += 1
                address = urllib.parse.urljoin(url, address)
                expect(address.startswith(mirror.origin + "/"), f"the file {address} does not lead to the mirror")
                got = mirror.raw(address)
                expect(got == site.raw(site.origin + address[len(mirror.origin):]), f"{address}: {got[0]}, not the site's bytes")
    return asked, same, files
