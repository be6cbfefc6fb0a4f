"""Two mirrors of one site, edited on both sides: what becomes of it, as a table.

    drill/push/run mirrors
"""

import sys

from workplace import Mirror, Workplace, identifier, say


def edited(api, type, id, **attributes):
    document = {"data": {"type": type, "id": id, "attributes": attributes}}
    status, answer = api.ask("PATCH", f"/jsonapi/{type.replace('--', '/')}/{id}", document)
    if status != 200:
        sys.exit(f"{status}: {answer}")


def tagged(api, id, method, *tags):
    items = {"data": [{"type": "taxonomy_term--social_tagging", "id": tag} for tag in tags]}
    status, answer = api.ask(method, f"/jsonapi/node/topic/{id}/relationships/social_tagging", items)
    if status not in (200, 204):
        sys.exit(f"{status}: {answer}")


def deleted(api, id):
    status, answer = api.ask("DELETE", f"/jsonapi/node/topic/{id}")
    if status != 204:
        sys.exit(f"{status}: {answer}")


def main():
    with Workplace() as place:
        site = place.site
        tags = [r["id"] for r in site.all("/jsonapi/taxonomy_term/social_tagging")][:4]

        def topic(title):
            data = {"type": "node--topic", "attributes": {"title": title, "body": {"value": "text", "format": "basic_html"}},
                    "relationships": {"social_tagging": {"data": [
                        {"type": "taxonomy_term--social_tagging", "id": tag} for tag in tags[:2]]}}}
            return site.ask("POST", "/jsonapi/node/topic", {"data": data})[1]["data"]["id"]

        # What is done at the first mirror, at the second, how many conflicts that is, and what the site then shows.
        T = "node--topic"
        cases = [
            ("the same field, differently", lambda a, id: edited(a, T, id, title="A"), lambda b, id: edited(b, T, id, title="B"),
             1, lambda r: r["attributes"]["title"] == "A"),
            ("the same field, alike", lambda a, id: edited(a, T, id, title="C"), lambda b, id: edited(b, T, id, title="C"),
             0, lambda r: r["attributes"]["title"] == "C"),
            ("other fields", lambda a, id: edited(a, T, id, title="A"), lambda b, id: edited(b, T, id, sticky=True),
             0, lambda r: (r["attributes"]["title"], r["attributes"]["sticky"]) == ("A", True)),
            ("lists: both add", lambda a, id: tagged(a, id, "POST", tags[2]), lambda b, id: tagged(b, id, "POST", tags[3]),
             0, lambda r: names(r) == {0, 1, 2, 3}),
            ("lists: one adds, one removes", lambda a, id: tagged(a, id, "POST", tags[2]),
             lambda b, id: tagged(b, id, "DELETE", tags[0]), 0, lambda r: names(r) == {1, 2}),
            ("lists: one removes, one replaces", lambda a, id: tagged(a, id, "DELETE", tags[0]),
             lambda b, id: tagged(b, id, "PATCH", tags[1], tags[3]), 0, lambda r: names(r) == {1, 3}),
            ("lists: both remove the same", lambda a, id: tagged(a, id, "DELETE", tags[0]),
             lambda b, id: tagged(b, id, "DELETE", tags[0]), 0, lambda r: names(r) == {1}),
            ("edited at one, deleted at two", lambda a, id: edited(a, T, id, title="A"), lambda b, id: deleted(b, id),
             1, lambda r: r["attributes"]["title"] == "A"),
            ("deleted at one, edited at two", lambda a, id: deleted(a, id), lambda b, id: edited(b, T, id, title="B"),
             1, lambda r: r is None),
            ("deleted at both", lambda a, id: deleted(a, id), lambda b, id: deleted(b, id), 0, lambda r: r is None),
        ]

        def names(resource):
            there = [i["id"] for i in resource["relationships"]["social_tagging"]["data"]]
            return {tags.index(tag) for tag in there} if len(there) == len(set(there)) else None

        ids = [topic(f"Topic {number}") for number in range(len(cases))]
        one, two = Mirror(place, "one"), Mirror(place, "two")
        for mirror in (one, two):
            mirror.up("serve")
        for id, (_, here, there, _, _) in zip(ids, cases):
            here(one.api, id)
            there(two.api, id)
        # The first mirror pushes first; the second finds what it did.
        first, second = one.command("sync"), two.command("sync")
        listed = two.command("conflicts", "list").stdout
        say(f"{'':34} {'at the site':12} {'conflicts':10} as it should be")
        failed = False
        for id, (name, _, _, conflicts, holds) in zip(ids, cases):
            status, answer = site.ask("GET", f"/jsonapi/node/topic/{id}")
            resource = answer["data"] if status == 200 else None
            found = listed.count(id)
            is_right = found == conflicts and holds(resource)
            failed = failed or not is_right
            state = "gone" if resource is None else f"{resource['attributes']['title'][:12]}"
            say(f"{name:34} {state:12} {found:<10} {'yes' if is_right else 'NO'}")
        say(f"sync of the first ends with {first.returncode}, of the second with {second.returncode} (5: a person has to look)")
        failed = failed or (first.returncode, second.returncode) != (0, 5)
        # A person decides at the second mirror: then nothing waits any more.
        for line in listed.splitlines():
            two.must("conflicts", "resolve", line.split()[0], "--take", "local")
        after = two.command("sync")
        again = one.command("sync", "--sweep")
        say(f"after all decisions for the second mirror, sync ends with {after.returncode}; "
            f"of the first with {again.returncode}")
        shown = [site.ask("GET", f"/jsonapi/node/topic/{ids[number]}") for number in (0, 7, 8)]
        say(f"  the same field: {shown[0][1]['data']['attributes']['title']}; deleted at two: {shown[1][0]}; "
            f"edited at two: {shown[2][1]['data']['attributes']['title']}")
        is_right = (shown[0][1]["data"]["attributes"]["title"] == "B" and shown[1][0] == 404
                    and shown[2][1]["data"]["attributes"]["title"] == "B")
        if failed or not is_right or after.returncode or again.returncode:
            sys.exit("failed")


main()
