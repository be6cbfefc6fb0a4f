"""What happens to a site in mid-life: doors that shut and open again, rights that are taken away and given."""
import json
import time
import urllib.request

from workplace import Reader, SampleSite, Workplace, expect, stored


def turn(base, on=(), off=()):
    """Switches habits of a sample site that runs."""
    query = f"on={','.join(on)}&off={','.join(off)}"
    urllib.request.urlopen(urllib.request.Request(f"{base}/sample-site/habits?{query}", b"", method="POST")).close()


def same(place):
    there, here = Reader(place.base).all(), stored(place)
    different = {key for key in there if here.get(key) != there[key]} | set(here) - set(there)
    expect(not different, f"{len(different)} differ, such as {sorted(different)[:1]}")
    return len(there)


def door(code, text, seconds=6):
    """A door that is shut before the first round and after it: named at once, nothing lost, and the next `sync` goes on."""

    def visit(program, port, habits):
        site = SampleSite(program, port, "--changes", 0, *(word for habit in habits for word in ("--habit", habit)))
        place = Workplace(program, f"http://127.0.0.1:{port}")
        try:
            slowest = 0
            for _ in range(2):
                turn(place.base, on=habits)
                ended, took, _, said = place.measured("sync")
                slowest = max(slowest, took)
                expect(ended == code, f"sync ended with {ended} instead of {code}: {said}")
                expect(text in said and "&#" not in said and "&amp;" not in said, f"not named in: {said}")
                expect(took < seconds, f"it took {took:.1f} s")
                turn(place.base, off=habits)
                place.run("sync", "-q")
            place.run("check", "-q")
            count = same(place)
            return f"{'yes':4} exit {code}, then 0  {count} of {count} equal  {slowest:4.1f} s  said: {said.splitlines()[-1][:90]}"
        finally:
            site.stop()
            place.remove()

    return visit


def shrinking(program, port, habits):
    """The account loses rights: no row is touched, the types are named; the rights come back, and all goes on."""
    site = SampleSite(program, port, "--changes", 0)
    place = Workplace(program, f"http://127.0.0.1:{port}")
    try:
        place.run("sync", "-q")
        before = stored(place)
        turn(place.base, on=habits)
        for arguments in (("sync",), ("sync", "--sweep"), ("sync", "--full"), ("sync", "--sweep")):
            ended, _, _, said = place.measured(*arguments)
            expect(stored(place) == before, f"{' '.join(arguments)} blanked rows")
        expect(ended == 5, f"sync --sweep ended with {ended}: {said}")
        aside = [thing for thing in json.loads(place.run("status", "--json"))["setAside"] if thing["kind"] == "field"]
        expect(any(thing["type"] == "user--user" and "mail" in thing["reason"] for thing in aside), f"set aside: {aside}")
        turn(place.base, off=habits)
        place.run("sync", "--sweep", "-q")
        place.run("check", "-q")
        expect(not json.loads(place.run("status", "--json"))["setAside"], "still set aside")
        count = same(place)
        return f"{'yes':4} exit 5, then 0  {count} of {count} equal  {len(aside)} types stopped: {aside[0]['reason'][:70]}"
    finally:
        site.stop()
        place.remove()


def growing(program, port, habits):
    """A permission is granted: what was read by walking is read with filters again, with one request where nothing happened."""
    site = SampleSite(program, port, "--changes", 0, *(word for habit in habits for word in ("--habit", habit)))
    place = Workplace(program, f"http://127.0.0.1:{port}")
    try:
        place.run("sync", "-q")
        count = same(place)

        def refused():
            # Of files a filter shows less than there is on any site: private ones of others are missing.
            types = json.loads(place.run("status", "--json"))["types"]
            return [kind["type"] for kind in types if kind["filters"] == "refused" and kind["type"] != "file--file"]

        before = refused()
        expect(before, "nothing was read by walking")
        turn(place.base, off=habits)
        place.run("sync", "--sweep", "-q")
        expect(not refused(), f"still read by walking: {refused()}")
        time.sleep(3)
        said = place.run("sync", "--no-sweep", "-v")
        requests = [int(line.split()[1]) for line in said.splitlines() if line.split()[:1] and line.split()[0] in before]
        expect(requests and set(requests) == {1}, f"an idle round asked {requests} times: {said}")
        return f"{'yes':4} exit 0  {count} of {count} equal  {len(before)} types back to filters, one request each"
    finally:
        site.stop()
        place.remove()
