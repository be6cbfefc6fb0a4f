"""What clients write through the local API, and what becomes of it on the site."""
import json
import time
import urllib.error
import urllib.request

from links import Served
from workplace import Reader, comparable, expect, stored

MEDIA = "application/vnd.api+json"


def ask(method, url, token, document=None):
    """Status and document of one request."""
    body = json.dumps(document).encode() if document is not None else None
    headers = {"Authorization": "Bearer " + token, "Content-Type": MEDIA}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers, method=method)) as answer:
            text = answer.read()
            return answer.status, json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def written(place, port, habits, code):
    """Writes through `serve`, pushes by `sync`; a word for the table. `code`: how `sync` has to end."""
    takes_writes = "read-only" not in habits
    served = Served(place, port)
    try:
        api = served.reader(served.base + "/jsonapi")

        def write(method, path, document=None, status=(200, 201, 204)):
            got, answer = ask(method, f"{served.base}/jsonapi/{path}", api.token, document)
            expect(got in status, f"{method} {path}: {got} {answer}")
            return answer

        def sync(expected):
            started = time.monotonic()
            ended, _, _, text = place.measured("sync", "--no-sweep")
            seconds = time.monotonic() - started
            expect(ended == expected, f"the sync of local changes ended with {ended}: {text}")
            expect(seconds < 12, f"the sync of local changes took {seconds:.0f} s")
            return text

        commented = place.rows(
            "SELECT t.uuid, count(*) FROM relationships l JOIN resources t ON t.resource = l.target WHERE l.type = 'comment--comment'"
            " AND l.relationship = 'entity_id' AND t.type = 'node--topic' GROUP BY l.target ORDER BY 2 DESC, 1")
        gone, comments = commented[0]
        edited = commented[1][0]

        def title(text):
            write("PATCH", f"node/topic/{edited}",
                  {"data": {"type": "node--topic", "id": edited, "attributes": {"title": text}}})

        # Edits in quick succession: each sync finds the copy of the one before within its own second.
        for number in range(3):
            title(f"Quick {number}")
            text = sync(0 if takes_writes else 3)
        made = write("POST", "node/topic", {"data": {"type": "node--topic", "attributes": {"title": "From here"}}})
        made = made["data"]["id"]
        write("DELETE", f"node/topic/{gone}")
        if "failing-creations" in habits:
            group = place.rows("SELECT uuid FROM resources WHERE type = 'group--open_group' ORDER BY uuid")[0][0]
            write("POST", "group_content/open_group-group_node-topic", {"data": {
                "type": "group_content--open_group-group_node-topic", "relationships": {
                    "gid": {"data": {"type": "group--open_group", "id": group}},
                    "entity_id": {"data": {"type": "node--topic", "id": edited}}}}})
        text = sync(code)
        for word in ["/admin/config/services/jsonapi", "takes no writes"] if not takes_writes else []:
            expect(word in text, f"sync does not say {word}: {text}")
        there = Reader(place.base).all()
        waiting = json.loads(place.run("queue", "list", "--json"))
        for change in waiting:
            expect("1970" not in place.run("queue", "show", str(change["id"])), "queue show says 1970")
        if takes_writes:
            expect(there["node--topic", edited][0]["title"] == "Quick 2", "the last edit is not on the site")
            expect(("node--topic", made) in there, "the new topic is not on the site")
            expect(("node--topic", gone) not in there, "the topic is still on the site")
            here = stored(place)
            pending = {(change["type"], change["uuid"]) for change in waiting}
            expect(set(here) - pending == set(there), f"the mirror and the site differ by {sorted(set(here) ^ set(there))[:3]}")
            # Counters move by themselves: the sweep's business.
            drop = {"field_topic_comments", "comment_count"}

            def same(key):
                one, other = here[key], there[key]
                return one[1] == other[1] and {k: v for k, v in one[0].items() if k not in drop} == {
                    k: v for k, v in other[0].items() if k not in drop}

            different = [key for key in there if not same(key)]
            expect(not different, f"{different[:3]} differ after the push")
            expect(len(waiting) == (1 if code else 0), f"{len(waiting)} changes wait")
        else:
            expect(there["node--topic", edited][0]["title"] != "Quick 2" and len(waiting) == 3, f"{len(waiting)} changes wait")
        return f"  writes: {comments} comments went along" if takes_writes else f"  writes: {len(waiting)} wait"
    finally:
        served.stop()
