"""Counts what keeps the house in order, and checks what has to hold: `python3 tools/house [--check] [--list] [--tighten]`.

Prints the figures, and below them what has to be mended; ends with 1 where something has. What may be there, and how often, is in
limits.json; all else has to be 0. Reads text alone: nothing is built. Needs Python 3.9 and nothing else.
"""

import argparse
import signal
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import circles  # noqa: E402
import counts  # noqa: E402
import limits  # noqa: E402
import papers  # noqa: E402
import rooms  # noqa: E402
from swift_text import sources  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent.parent
# Pages whose names are looked up in the sources.
PAGES = ["docs/architecture.md", "README.md", "CONTRIBUTING.md", "SECURITY.md", *(
    f"docs/{name}.md" for name in ("access", "commands", "configuration", "drills", "local-api", "mirror-file", "operating", "writing"))]


class Report:
    """Figures for people, what has to be mended, and what limits are for."""

    def __init__(self, names_all):
        self.names_all = names_all
        self.figures, self.faults, self.counted = [], [], {}
        self.limits = limits.read()

    def figure(self, name, value, found=()):
        self.figures.append(f"{name:<52} {value}")
        if self.names_all:
            self.figures.extend(f"    {line}" for line in found)

    def limited(self, name, count, found):
        """Something of which there may be so many and no more."""
        most = self.limits.get(name, 0)
        self.counted[name] = count
        self.figure(name, f"{count}  (at most {most})" if count or most else "0", found)
        if count > most:
            self.faults.append(f"{name}: {count}, at most {most} may be")
            self.faults.extend(f"    {line}" for line in found)

    def zero(self, name, found):
        """Something that may not be."""
        found = list(found)
        self.figure(name, len(found))
        self.faults.extend(found)


def at(found):
    return [f"{file.path}:{line}: {text}" for file, line, text in found]


def sizes(report, files, tests):
    by_size = sorted(files, key=lambda file: -file.lines)
    listed = [f"{file.lines}  {file.path}" for file in by_size]
    functions = [f"{lines}  {name}, {place}" for lines, name, place in counts.longest_functions(files, 15)]
    report.figure("largest file, lines", listed[0], listed[:15])
    report.figure("largest function, lines", functions[0], functions)
    report.figure("files over 150 lines", f"{sum(file.lines > 150 for file in files)} of {len(files)}",
                  [line for file, line in zip(by_size, listed) if file.lines > 150])
    report.limited("files over 300 lines", sum(file.lines > 300 for file in files),
                   [line for file, line in zip(by_size, listed) if file.lines > 300])
    long = [f"{file.lines}  {file.path}" for file in tests if file.lines > 300]
    report.limited("files over 300 lines in Tests", len(long), long)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--check", action="store_true", help="say only what has to be mended")
    options.add_argument("--list", action="store_true", help="name what is counted")
    options.add_argument("--tighten", action="store_true", help="lower the limits to what is counted now")
    chosen = options.parse_args()
    files, tests = sources(ROOT), sources(ROOT, "Tests")
    page = (ROOT / "docs/architecture.md").read_text()
    report = Report(chosen.list)

    members = at(counts.members_of("Mirror", files))
    report.limited("package members of Mirror", len(members), members)
    sizes(report, files, tests)
    for target, (involved, lines) in circles.in_circles(files).items():
        report.limited(f"files in circles between folders of {target}", len(involved), lines)
    internal, missing = at(counts.internal_names(files)), at(counts.undocumented(files))
    report.limited("drupal_internal__ outside OpenSocial and SampleSite", len(internal), internal)
    report.limited("package declarations without a doc comment", len(missing), missing)
    report.zero("try!, as!, forced values, Manager, Helper, Utils", at(counts.forbidden(files)))
    report.zero("rooms: map, manifest and imports that differ",
                rooms.faults((ROOT / "Package.swift").read_text(), page, files))
    report.zero("walk: files that are not there, or told twice", papers.walk_faults(page, files))
    pages = {name: (ROOT / name).read_text() for name in PAGES}
    report.zero("pages: names that are not there", (
        fault for name, text in pages.items() for fault in papers.name_faults(text, files + tests, name)))
    report.zero("pages: files that are not there", (
        fault for name, text in pages.items() for fault in papers.path_faults(text, ROOT, name)))
    report.zero("version: places that do not agree",
                papers.version_faults(files, (ROOT / "CHANGELOG.md").read_text()))
    if chosen.tighten:
        limits.tighten(report.counted)
    if not chosen.check:
        print("\n".join(report.figures))
    if report.faults:
        print("\n".join(report.faults if chosen.check else ["", "To be mended:", *report.faults]))
    return 1 if report.faults else 0


if __name__ == "__main__":
    # Whoever reads only the beginning, as `head` does, ends it without a word.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
