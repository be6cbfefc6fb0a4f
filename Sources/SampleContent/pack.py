#!/usr/bin/env python3
"""Makes community.bin from a recorded crawl of an Open Social 13 site.

    ./pack.py CRAWL_FOLDER [community.bin]

CRAWL_FOLDER holds one `TYPE.jsonl` per resource type; each line is one exchange, with the page's raw text under
response.body. The content of that site is invented.

community.bin is gzip. Unpacked it is UTF-8 text, one JSON value a line:

    {"types": [{"name": "node--topic", "selfOnly": ["node_type"]}, ...]}
    {"t": 0, "id": UUID, "a": {attributes}, "r": {relationships}, "hidden": true}

`t` is an index into `types`. Resources stand in the order of their collections. `r` holds the data alone of each
relationship: links follow from type, id and revision, but for `selfOnly`, the relationships without a `related` link.
A relationship that the site writes as a bare value is {"bare": value}. `hidden` marks what the account may not see
(recorded as omitted): such a resource is invented from the first of its type, with its recorded UUID. `{{BASE}}`
stands for scheme and host.
"""
import copy
import gzip
import json
import pathlib
import sys


def pages(path):
    for line in path.read_text(encoding="utf-8").splitlines():
        body = json.loads(line)["response"]["body"].replace("{{BASE_ESC}}", "{{BASE}}")
        yield json.loads(body)


def packed(index, resource, self_only):
    relationships = {}
    for name, value in resource.get("relationships", {}).items():
        if not isinstance(value, dict):
            relationships[name] = {"bare": value}
            continue
        assert list(value) == ["data", "links"], (resource["type"], name)
        if "related" not in value["links"]:
            self_only.setdefault(name)
        relationships[name] = {"data": value["data"]}
    row = {"t": index, "id": resource["id"], "a": resource["attributes"]}
    if "relationships" in resource:
        row["r"] = relationships
    return row


def hidden(first, document, ids):
    for key, link in document.get("meta", {}).get("omitted", {}).get("links", {}).items():
        if key == "help":
            continue
        row = copy.deepcopy(first)
        row["id"] = link["href"].rsplit("/", 1)[1]
        name = next(iter(row["a"]))
        row["a"][name] = next(i for i in range(1, 10**9) if i not in ids)
        if "uri" in row["a"]:
            # Not listed under a filter either: another person's private file.
            row["a"]["uri"] = {"value": "private://hidden.jpg", "url": "/system/files/hidden.jpg"}
        row["hidden"] = True
        yield row


def main():
    folder = pathlib.Path(sys.argv[1])
    target = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else pathlib.Path(__file__).with_name("community.bin"))
    types, rows = [], []
    for path in sorted(folder.glob("*--*.jsonl")):
        self_only, own, dropped = {}, [], []
        for document in pages(path):
            own += [packed(len(types), resource, self_only) for resource in document["data"]]
            ids = {next(iter(row["a"].values())) for row in own}
            dropped += hidden(own[0], document, ids) if own else []
        types.append({"name": path.stem, "selfOnly": list(self_only)})
        for row in dropped:
            key = next(iter(row["a"]))
            later = (i for i, other in enumerate(own) if other["a"].get(key, 0) > row["a"][key])
            own.insert(next(later, len(own)), row)
        rows += own
    lines = [{"types": types}] + rows
    text = "\n".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in lines)
    target.write_bytes(gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0))
    print(f"{len(rows)} resources of {len(types)} types, {target.stat().st_size} bytes")


main()
