"""Sentences that are written, found, taken back, and looked for in every file of a mirror, of its exports and of PostgreSQL."""
import json
import os
import sqlite3
import subprocess
import time
import urllib.request

from postgres import quoted, wait_for
from workplace import Failed, expect, say, until

MEDIA = "application/vnd.api+json"


class Sentence:
    """Words that are nowhere else, some of which have to be found and then not."""

    def __init__(self, dice):
        letters = "bcdfghjklmnpqrstvwxz"
        self.words = ["".join(dice.choice(letters) for _ in range(14)) for _ in range(3)]
        self.text = " ".join(self.words).capitalize()

    def traces(self):
        """FTS5 keeps a word without what it has in common with the one before."""
        return [word[5:].encode() for word in self.words]


def body(text):
    return {"value": f"<p>{text}.</p>", "format": "basic_html"}


def at_site(site, method, path, document=None):
    request = urllib.request.Request(f"{site.base}/jsonapi/{path}", json.dumps(document).encode() if document else None, method=method,
                                     headers={"Authorization": "Bearer " + site.token, "Content-Type": MEDIA})
    with urllib.request.urlopen(request) as answer:
        text = answer.read()
        return json.loads(text) if text else None


def locally(daemon, method, path, document=None):
    status, _, content = daemon.ask(method, "/jsonapi/" + path, json.dumps(document).encode() if document else None)
    expect(status in (200, 201, 202, 204), f"{method} {path}: {status} {content[:300]}")
    return json.loads(content) if content else None


def files(place):
    for folder, _, names in os.walk(place.folder):
        for name in names:
            yield os.path.join(folder, name)


def traces(place, postgres, sentences):
    """Files of the mirror, and of what was taken out of it, that have a piece of a word."""
    found = []
    for path in files(place):
        try:
            with open(path, "rb") as file:
                content = file.read()
        except OSError:
            continue
        found += [f"{os.path.relpath(path, place.folder)}: {name}" for name, one in sentences.items() if any(piece in content for piece in one.traces())]
    dump = subprocess.run([f"{postgres.where}/pg_dump", "-h", postgres.folder, "-U", "reports", "postgres"], capture_output=True)
    expect(dump.returncode == 0, f"pg_dump: {dump.stderr}")
    found += [f"PostgreSQL: {name}" for name, one in sentences.items() if any(piece in dump.stdout for piece in one.traces())]
    return found


def tables(place, sentences):
    """Tables of the mirror with rows that have a piece of a word."""
    found = set()
    for (table,) in place.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'search_index'"):
        for row in place.rows(f"SELECT * FROM {quoted(table)}"):
            content = b" ".join(one if isinstance(one, bytes) else str(one).encode("utf-8", "replace") for one in row)
            found |= {f"{table}: {name}" for name, one in sentences.items() if any(piece in content for piece in one.traces())}
    return sorted(found)


def hits(daemon, sentence):
    """In the view of search, and in `GET /mirror/search`."""
    rows = daemon.place.rows(f"SELECT id FROM search WHERE search MATCH '{sentence.words[0]}'")
    status, _, content = daemon.ask("GET", f"/mirror/search?q={sentence.words[1]}")
    expect(status == 200, f"search: {status} {content[:300]}")
    return len(rows), len(json.loads(content)["data"])


def exports(place, name):
    for kind in ("sqlite", "csv", "jsonl"):
        place.run("export", f"{place.folder}/{name}-{kind}", "--format", kind)


def settled(place, what):
    """Until the site has what was written here."""
    try:
        until(lambda: not json.loads(place.run("queue", "list", "--json")), 60, f"{what} reach the site")
    except Failed as failure:
        raise Failed(f"{failure}: {place.run('queue', 'list', '--json')} {place.run('conflicts', 'list', '--json')}")


def taken_back(daemon, postgres, site, dice, seconds):
    place = daemon.place
    sentences = {name: Sentence(dice) for name in ("local topic", "site comment", "site topic", "local edit", "site edit")}
    topic, edited, sites = (row[0] for row in place.rows("SELECT id FROM node_topic ORDER BY internal_id LIMIT 3"))

    def new(kind, field, name, **more):
        return {"data": {"type": kind, "attributes": {field: body(sentences[name].text), **more.pop("attributes", {})}, **more}}

    # What is written: a topic here, a topic and a comment there, and an edit of a body on each side.
    made = locally(daemon, "POST", "node/topic", new("node--topic", "body", "local topic", attributes={"title": "Of the drill"}))["data"]["id"]
    there = at_site(site, "POST", "node/topic", new("node--topic", "body", "site topic", attributes={"title": "Of the drill"}))["data"]["id"]
    comment = at_site(site, "POST", "comment/comment", new(
        "comment--comment", "field_comment_body", "site comment",
        attributes={"entity_type": "node", "field_name": "field_topic_comments"},
        relationships={"entity_id": {"data": {"type": "node--topic", "id": topic}}}))["data"]["id"]
    before = {one: at_site(site, "GET", f"node/topic/{one}")["data"]["attributes"]["body"] for one in (edited, sites)}
    before = {one: {name: value[name] for name in ("value", "format", "summary") if name in value} for one, value in before.items()}

    def patch(one, value):
        return {"data": {"type": "node--topic", "id": one, "attributes": {"body": value}}}

    locally(daemon, "PATCH", f"node/topic/{edited}", patch(edited, body(sentences["local edit"].text)))
    at_site(site, "PATCH", f"node/topic/{sites}", patch(sites, body(sentences["site edit"].text)))
    until(lambda: all(min(hits(daemon, one)) == 1 for one in sentences.values()), 60, "sentences are found by search")
    settled(place, "local changes")
    shown = place.rows("SELECT count(*) FROM node_topic WHERE " + " OR ".join(
        f"body_text LIKE '%{sentences[name].words[1]}%'" for name in ("local topic", "site topic", "local edit", "site edit")))[0][0]
    of_comment = place.rows(f"SELECT count(*) FROM comment WHERE field_comment_body_text LIKE '%{sentences['site comment'].words[1]}%'")[0][0]
    expect((shown, of_comment) == (4, 1), f"views show {shown} topics and {of_comment} comments of the sentences")
    wait_for(postgres, place, 60, "sentences")
    held = traces(place, postgres, sentences)
    expect(len({one.split(": ")[1] for one in held}) == 5 and sum("PostgreSQL" in one for one in held) == 5, f"before: only {held}")
    say(f"reports: 5 sentences are found by search and in views; pieces of them lie in {sorted({one.split(':')[0] for one in held})}")

    locally(daemon, "DELETE", f"node/topic/{made}")
    at_site(site, "DELETE", f"node/topic/{there}")
    at_site(site, "DELETE", f"comment/comment/{comment}")
    locally(daemon, "PATCH", f"node/topic/{edited}", patch(edited, before[edited]))
    at_site(site, "PATCH", f"node/topic/{sites}", patch(sites, before[sites]))
    settled(place, "local removals")
    place.run("sync", "--sweep", code=None)
    took = until(lambda: all(max(hits(daemon, one)) == 0 for one in sentences.values()), 120, "sentences leave search")
    wait_for(postgres, place, 60, "removals")
    exports(place, "after")
    started = time.monotonic()
    while (found := traces(place, postgres, sentences)) and time.monotonic() - started < seconds:
        time.sleep(2)
    if found:
        checkpoint(place)
        say(f"reports: after {seconds} s pieces of what was taken back lie in {found}; after the drill has folded the log, in"
            f" {traces(place, postgres, sentences)}; tables: {tables(place, sentences)}")
    else:
        say(f"reports: what was taken back leaves search within {took:.0f} s, and no file has a piece of its words after"
            f" {time.monotonic() - started:.0f} s more, exports and a dump of PostgreSQL among them")
    return found


def checkpoint(place):
    mirror = sqlite3.connect(place.mirror, timeout=20)
    mirror.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    mirror.close()
