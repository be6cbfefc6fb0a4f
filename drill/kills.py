"""`sync` of a site that changes, over a line that drops, delays, truncates and resets, killed with -9 again and again; then
quiet, one clean `sync --sweep`, and nothing may differ."""
import argparse
import random
import time

from proxy import BadLine
from workplace import Reader, SampleSite, Workplace, expect, main, say, stored


def drill():
    options = argparse.ArgumentParser(prog="drill/run PROGRAM kills")
    options.add_argument("program")
    options.add_argument("--kills", type=int, default=50)
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    options.add_argument("--site-port", type=int, default=8490)
    options.add_argument("--changes", type=int, default=600, help="how many things happen on the site")
    options.add_argument("--resources", type=int, default=0)
    chosen = options.parse_args()
    say(f"kills: seed {chosen.seed}")
    dice = random.Random(chosen.seed)
    site = SampleSite(
        chosen.program, chosen.site_port, "--changes", 20, "--change-count", chosen.changes, "--resources", chosen.resources
    )
    line = BadLine(chosen.site_port, chosen.seed)
    place = Workplace(chosen.program, f"http://127.0.0.1:{line.port}")
    try:
        killed, ended, longest = 0, {}, 4.0
        while killed < chosen.kills:
            arguments = ["sync"] + dice.choice([[], [], ["--sweep"], ["--full"]])
            code, seconds, _, text = place.measured(*arguments, kill_after=dice.uniform(0.02, longest))
            if code == -9:
                killed += 1
            else:
                # It was faster than that: kill earlier.
                ended[code] = ended.get(code, 0) + 1
                longest = max(0.3, longest * 0.9)
                expect(code in (0, 3, 5), f"{' '.join(arguments)} ended with {code}: {text}")
            if killed % 10 == 0:
                place.run("check", "-q")
        say(f"kills: {killed} killed, {sum(ended.values())} ended by themselves ({ended}), on the line: {line.struck}")
        line.heal()
        say("kills: " + site.wait_until_quiet())
        time.sleep(3)
        say("kills: sync --sweep: " + place.run("sync", "--sweep"))
        place.run("check", "-q")
        say("kills: verify: " + place.run("verify"))
        truth, mine = Reader(place.base).all(), stored(place)
        differences = [key for key in truth.keys() | mine.keys() if truth.get(key) != mine.get(key)]
        say(f"kills: read by other means: {len(truth)} resources, {len(differences)} differences {differences[:3] or ''}")
        expect(not differences, "the mirror is not what the site shows")
    finally:
        line.close()
        site.stop()
        place.remove()


main(drill)
