"""Local changes queued while the site is away; it returns; the daemon is killed again and again; all arrive once, in order.

    drill/push/run backlog [CHANGES] [KILLS] [SEED]
"""

import random
import signal
import sys
import time

from workplace import Line, Mirror, Workplace, identifier, say

CHANGES, KILLS, SEED = (int(a) for a in (sys.argv[1:] + ["10000", "20", "1"][len(sys.argv) - 1 :])[:3])


def queue(api, dice):
    """Writes and what they wrote: half topics, then comments on them, then edits and deletions of what was there."""
    existing = [(r["type"], r["id"]) for r in api.all("/jsonapi/node/topic") + api.all("/jsonapi/taxonomy_term/social_tagging")]
    doomed = [r["id"] for r in api.all("/jsonapi/comment/post_comment") if r["relationships"]["pid"]["data"] is None]
    dice.shuffle(existing)
    edits, deletions = existing[: CHANGES // 8], doomed[: CHANGES // 50]
    topics, comments, titles = [], [], {}
    started = time.time()
    worst = 0.0
    for number in range(CHANGES - len(edits) - len(deletions)):
        before = time.time()
        if number % 2 == 0 or not topics:
            body = {"data": {"type": "node--topic", "attributes": {"title": f"Backlog {number:06}"}}}
            status, made = api.ask("POST", "/jsonapi/node/topic", body)
            topics.append(made["data"]["id"])
        else:
            body = {
                "data": {
                    "type": "comment--comment",
                    "attributes": {"entity_type": "node", "field_name": "field_topic_comments",
                                   "field_comment_body": {"value": f"Backlog {number:06}", "format": "basic_html"}},
                    "relationships": {"entity_id": identifier("node--topic", dice.choice(topics[-50:]))},
                }
            }
            status, made = api.ask("POST", "/jsonapi/comment/comment", body)
            comments.append(made["data"]["id"])
        if status != 201:
            sys.exit(f"change {number}: {status} {made}")
        worst = max(worst, time.time() - before)
    for number, (type, id) in enumerate(edits):
        name = "title" if type == "node--topic" else "name"
        titles[id] = (type, name, f"Edited {number:06}")
        body = {"data": {"type": type, "id": id, "attributes": {name: titles[id][2]}}}
        status, answer = api.ask("PATCH", f"/jsonapi/{type.replace('--', '/')}/{id}", body)
        if status != 200:
            sys.exit(f"edit of {type} {id}: {status} {answer}")
    for id in deletions:
        status, answer = api.ask("DELETE", f"/jsonapi/comment/post_comment/{id}")
        if status != 204:
            sys.exit(f"deletion of {id}: {status} {answer}")
    seconds = time.time() - started
    say(f"{CHANGES} changes queued in {seconds:.1f} s ({CHANGES / seconds:.0f} a second, slowest {worst * 1000:.0f} ms): "
        f"{len(topics)} new topics, {len(comments)} comments on them, {len(edits)} edits, {len(deletions)} deletions")
    return topics, comments, titles, deletions


def main():
    dice = random.Random(SEED)
    with Workplace() as place:
        line = Line(place.site_port)
        mirror = Mirror(place, "mirror", line)
        line.cut()
        mirror.up()
        topics, comments, titles, deletions = queue(mirror.api, dice)
        waiting = mirror.unsettled()
        say(f"the site is away: {waiting} changes wait")
        line.join()
        line.requests, line.methods = 0, {}
        started, killed = time.time(), 0
        for number in range(1, KILLS + 1):
            goal = waiting - waiting * number // (KILLS + 1)
            while mirror.unsettled() > goal:
                time.sleep(dice.random() * 0.05)
            mirror.down(signal.SIGKILL)
            killed += 1
            mirror.up()
        mirror.wait_until_settled()
        seconds = time.time() - started
        states = mirror.states()
        say(f"the site is back: {states.get('settled', 0)} settled in {seconds:.1f} s ({waiting / seconds:.0f} a second), "
            f"{killed} times killed with -9, {line.requests} requests {line.methods}, {line.requests / waiting:.2f} a change")

        site = place.site
        found = [r for r in site.all("/jsonapi/node/topic") if r["attributes"]["title"].startswith("Backlog")]
        order = [r["attributes"]["title"] for r in sorted(found, key=lambda r: r["attributes"]["drupal_internal__nid"])]
        placed = [r for r in site.all("/jsonapi/comment/comment")
                  if ((r["attributes"].get("field_comment_body") or {}).get("value") or "").startswith("Backlog")]
        wrong = [id for id, (type, name, text) in titles.items()
                 if site.ask("GET", f"/jsonapi/{type.replace('--', '/')}/{id}")[1]["data"]["attributes"][name] != text]
        left = [id for id in deletions if site.ask("GET", f"/jsonapi/comment/post_comment/{id}")[0] != 404]
        checks = {
            "every new topic is there once": sorted(r["id"] for r in found) == sorted(topics),
            "in the order in which they were made": order == sorted(order),
            "every comment is there once": sorted(r["id"] for r in placed) == sorted(comments),
            "every edit is there": not wrong,
            "every deletion was made": not left,
            "nothing waits, nothing is refused": set(states) <= {"settled"},
        }
        for text, holds in checks.items():
            say(f"  {'yes' if holds else 'NO '}  {text}")
        mirror.down()
        mirror.must("sync", "--sweep", "--quiet")
        check = mirror.command("check")
        verify = mirror.command("verify")
        say(f"  check ends with {check.returncode}, verify with {verify.returncode}: {verify.stdout.strip().splitlines()[-1]}")
        if not all(checks.values()) or check.returncode or verify.returncode:
            sys.exit(f"failed; seed {SEED}")


main()
