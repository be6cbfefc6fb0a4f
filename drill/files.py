"""2,000 files of 1 KB to 50 MB: cut off by the site, the program killed with -9, resumed, a budget, a full disk. In the end every
hash is the one of what the site serves, and memory stayed flat."""
import argparse
import os
import random
import subprocess

from fileserver import FileSite, sizes
from workplace import Workplace, expect, main, say


def on_disk(place):
    return sum(
        os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(place.folder + "/data/files") for name in names
    )


def budget(program, seed):
    """No more bytes than the budget are ever on the disk, and resources go on."""
    site = FileSite(sizes(120, 200_000_000, seed), seed)
    limit = 60_000_000
    place = Workplace(program, site.base, types=["file"], mirror={"filesBudgetBytes": limit})
    try:
        for _ in range(2):
            text = place.run("sync")
            expect("is used up" in text, text)
            expect(on_disk(place) <= limit, f"{on_disk(place)} bytes are on the disk, {limit} are allowed")
        rows = place.rows("SELECT count(*) FROM resources WHERE type = 'file--file'")[0][0]
        say(f"files: budget of {limit} bytes: {on_disk(place)} on the disk, {rows} of 120 resources; {text.splitlines()[0]}")
        expect(rows == 120, "resources are missing")
    finally:
        place.remove()


def full_disk(program, seed):
    """A disk of its own, too small, and a site that names smaller sizes than it sends: the write itself fails."""
    if os.geteuid() != 0:
        return say("files: a full disk: left out, for it takes root to mount one")
    site = FileSite([90_000_000] * 12, seed, lies_about_size=True)
    place = Workplace(program, site.base, types=["file"])
    try:
        folder = place.folder + "/small"
        os.makedirs(folder)
        place.configure(types=["file"], mirror={"filesPath": folder})
        script = f"mount -t tmpfs -o size=300m tmpfs {folder} && cd {place.folder} && {place.program} sync; code=$?; df -h {folder} | tail -1; exit $code"
        done = subprocess.run(["unshare", "-m", "bash", "-c", script], capture_output=True, text=True)
        text = (done.stdout + done.stderr).strip()
        rows = place.rows("SELECT count(*) FROM resources WHERE type = 'file--file'")[0][0]
        say(f"files: a full disk: exit {done.returncode}, {rows} of 12 resources; {text}")
        expect(done.returncode == 1 and rows == 12, "a full disk must stop files and nothing else")
        expect("space" in text or "bytes left" in text, "the full disk is not named")
    finally:
        place.remove()


def drill():
    options = argparse.ArgumentParser(prog="drill/run PROGRAM files")
    options.add_argument("program")
    options.add_argument("--count", type=int, default=2000)
    options.add_argument("--megabytes", type=int, default=3000, help="of all contents together")
    options.add_argument("--kills", type=int, default=6)
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    chosen = options.parse_args()
    say(f"files: seed {chosen.seed}")
    budget(chosen.program, chosen.seed)
    full_disk(chosen.program, chosen.seed)
    dice = random.Random(chosen.seed)
    chosen_sizes = sizes(chosen.count, chosen.megabytes * 1_000_000, chosen.seed)
    site = FileSite(chosen_sizes, chosen.seed)
    site.cuts = 0.15
    place = Workplace(chosen.program, site.base, types=["file"])
    try:
        memory = []
        for _ in range(chosen.kills):
            code, _, peak, text = place.measured("sync", "--no-sweep", kill_after=dice.uniform(0.5, 3))
            memory.append(peak)
            expect(code in (-9, 0), text)
        code, seconds, peak, text = place.measured("sync", "--no-sweep")
        memory.append(peak)
        say(f"files: with answers cut off: exit {code}, {seconds:.0f} s: {text.splitlines()[0]}")
        site.cuts = 0
        # What failed waits a minute and more; here it is due now.
        subprocess.run(["sqlite3", place.mirror, "UPDATE file_content SET next_attempt = 0"], check=True)
        code, seconds, peak, text = place.measured("sync", "--no-sweep")
        memory.append(peak)
        expect(code == 0, text)
        say(f"files: the rest: {seconds:.0f} s: {text.splitlines()[0]}")
        total = sum(chosen_sizes)
        hashes = dict(place.rows("SELECT path, sha256 FROM file_content"))
        wrong = 0
        for number, content in enumerate(site.contents):
            path = site._documents[number]["attributes"]["uri"]["url"]
            name = hashes.get(path) or "-"
            file = f"{place.folder}/data/files/{name[:2]}/{name[2:]}"
            wrong += not (os.path.exists(file) and os.path.getsize(file) == content.size and name == content.sha256())
        held = subprocess.run(
            f"cd {place.folder}/data/files && find . -type f ! -path './incoming/*' | sed 's,^\\./,,' | while read f; do"
            " h=$(sha256sum < $f); [ \"${h%% *}\" = \"${f/\\//}\" ] || echo $f; done", shell=True, executable="/bin/bash",
            capture_output=True, text=True).stdout.split()
        left = os.listdir(place.folder + "/data/files/incoming")
        say(
            f"files: {chosen.count} files of {min(chosen_sizes)} to {max(chosen_sizes)} bytes, {total} in all; {wrong} wrong,"
            f" {len(held)} not what their names say, {len(left)} left half; sent {site.sent} bytes ({site.sent / total:.2f} of"
            f" all), {site.cut} answers cut off, {site.ranges} continued; memory at most {max(memory):.0f} MB"
        )
        expect(wrong == 0 and not held and not left, "contents are not what the site serves")
    finally:
        place.remove()


main(drill)
