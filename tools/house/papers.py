"""What the pages say of the code: files of the walk, names in the text, the version."""

import re

from rooms import section

PAGE = "docs/architecture.md"
# Written like names of ours, and none: HTTP's fields, what libraries declare, and what nothing may be called.
FOREIGN = {"ETag", "Range", "Date", "ServiceGroup", "Manager", "Helper", "Utils"}
VERSION = re.compile(r'\bstatic let version = "(\d+\.\d+\.\d+)"')


def walk_faults(page, files):
    """Each file that the walk of section 12 names stands there once, and exists once."""
    text, first = section(page, 12)
    seen = {}
    names = {}
    for file in files:
        names.setdefault(file.path.name, []).append(file)
    for match in re.finditer(r"`(\w+\.swift)`", text):
        line = first + text.count("\n", 0, match.start())
        if match[1] in seen:
            yield f"{PAGE}:{line}: {match[1]} is told twice, first in line {seen[match[1]]}"
        seen.setdefault(match[1], line)
        places = names.get(match[1], [])
        if len(places) != 1:
            yield f"{PAGE}:{line}: {match[1]} exists {len(places)} times in Sources"
    if not seen:
        yield f"{PAGE}: section 12 names no file"


def name_faults(page, files, label=PAGE):
    """Names of targets, folders, files and types in the page that are none, and members of no such name."""
    types, members = set(), set()
    for file in files:
        types |= {*file.path.parts[1:-1], file.path.stem}
        for one in file.types:
            types |= set(one.name.split("."))
        members |= set(re.findall(r"\b(?:func|var|let|case)\s+`?(\w+)", file.bare))
        members |= {word for match in re.finditer(r"\bcase ([^:\n]*)", file.bare) for word in re.findall(r"\b\w+", match[1])}
        members |= {word for match in re.finditer(r"^\s*(?:var|let) \(([^)]*)\)", file.bare, re.M)
                    for word in re.findall(r"\w+", match[1])}
    for number, line in enumerate(page.split("\n"), 1):
        for words in re.findall(r"`([A-Z]\w*[a-z]\w*(?:\.\w+)*)(?:\([^`]*\))?`", line):
            parts = words.split(".")
            if parts[0] in FOREIGN or parts[-1] in ("md", "swift", "json"):
                continue
            for part in parts:
                if part not in (types if part[0].isupper() else members):
                    yield f"{label}:{number}: {words}: there is no {part} in the sources"


def path_faults(page, root, label=PAGE):
    """Files and folders that the page names, by path or by name, and that are not there."""
    there = [path for folder in ("Sources", "Tests", "packaging") for path in (root / folder).rglob("*")]
    paths = {str(path.relative_to(root)) for path in there} | {path.name for path in root.iterdir()}
    roots = {path.split("/")[0] for path in paths if "/" in path} | {path.name for path in (root / "Sources").iterdir()}
    # A path may begin in the middle, such as `Store/Outbox`, and leave out what a file's name ends with.
    known = {tail for path in paths for tail in tails(path) | tails(path.removesuffix(".swift"))}
    for number, line in enumerate(page.split("\n"), 1):
        for words in re.findall(r"`([\w./]+)`", line):
            is_path = "/" in words and words.split("/")[0] in roots
            if (is_path or words.endswith(".swift")) and words.rstrip("/") not in known:
                yield f"{label}:{number}: {words} is not there"


def tails(path):
    parts = path.split("/")
    return {"/".join(parts[start:]) for start in range(len(parts))}


def version(files):
    """Where the program says which version it is: (version, place); one place, if all is well."""
    return [(match[1], f"{file.path}:{file.line(match.start())}")
            for file in files for match in VERSION.finditer(file.code) if file.target != "SampleSite"]


def version_faults(files, changelog):
    """CHANGELOG.md is in order, and the program is the newest version in it or one that is not released yet."""
    found = version(files)
    if len(found) != 1:
        yield f"the version stands in {len(found)} places: {', '.join(place for _, place in found)}"
        return
    own, place = found[0]

    def number(text):
        return tuple(int(part) for part in text.split("."))
    headings = re.findall(r"^## \[?([^\]\s]+)\]?", changelog, re.M)
    if not headings or headings[0] != "Unreleased":
        yield "CHANGELOG.md: the first section is not Unreleased"
    released = re.findall(r"^## \[?(\d+\.\d+\.\d+)\]? - \d{4}-\d{2}-\d{2}$", changelog, re.M)
    for heading in headings[1:]:
        if heading not in released:
            yield f"CHANGELOG.md: {heading} is no heading such as `## [0.1.0] - 2026-12-24`"
    if sorted(released, key=number, reverse=True) != released:
        yield f"CHANGELOG.md: versions are not in order, the newest first: {', '.join(released)}"
    if released and number(own) < number(released[0]):
        yield f"{place}: {own} is older than {released[0]}, the newest in CHANGELOG.md"
    unreleased = re.search(r"^## \[?Unreleased\]?\n(.*?)(?=^## |\Z)", changelog, re.M | re.S)
    if own not in released and not (unreleased and unreleased[1].strip()):
        yield f"{place}: {own} is not released, and CHANGELOG.md says nothing of it under Unreleased"
