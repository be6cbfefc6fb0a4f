"""The map of rooms in docs/architecture.md beside the manifest's arrows and the imports in the sources."""

import re
from dataclasses import dataclass


@dataclass
class Target:
    """A target of the package that stands in `Sources`."""
    name: str
    needs: set


def balanced(text, place):
    """The place behind the bracket that closes the one at `place`."""
    depth = 0
    for end in range(place, len(text)):
        if text[end] in "([":
            depth += 1
        elif text[end] in ")]":
            depth -= 1
            if depth == 0:
                return end + 1
    raise ValueError("a bracket is never closed")


def targets(manifest):
    """The targets by name, as `.target(name: …, dependencies: […])` declares them; tests and what has another path are left out."""
    found, behind = [], 0
    manifest = re.sub(r"//[^\n]*", "", manifest)
    for match in re.finditer(r"\.(target|executableTarget|systemLibrary|testTarget)\(", manifest):
        if match.start() < behind:
            continue  # within the dependencies of another
        end = balanced(manifest, match.end() - 1)
        body = manifest[match.end():end]
        name = re.match(r'\s*name:\s*"(\w+)"', body)
        if not name:
            continue
        behind = end
        if match[1] == "testTarget" or re.search(r'\bpath:\s*"Tests/', body):
            continue
        needs = re.search(r"\bdependencies:\s*\[", body)
        words = body[needs.end() - 1:balanced(body, needs.end() - 1)] if needs else ""
        found.append(Target(name[1], set(re.findall(r'"(\w+)"', words))))
    names = {target.name for target in found}
    return {target.name: Target(target.name, target.needs & names) for target in found}


def section(page, number):
    """A numbered section of the page, with the number of its first line."""
    match = re.search(rf"^## {number}\. .*?(?=^## |\Z)", page, re.M | re.S)
    return (match[0], page.count("\n", 0, match.start()) + 1) if match else ("", 0)


def table(page):
    """room: (imports, must not, line) of the table in section 6."""
    text, first = section(page, 6)
    rooms = {}
    for offset, line in enumerate(text.split("\n")):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        room = re.fullmatch(r"`(\w+)`", cells[0])
        if line.startswith("|") and len(cells) == 4 and room:
            rooms[room[1]] = (set(re.findall(r"\w+", cells[2])), cells[3], first + offset)
    return rooms


def picture(page):
    """The arrows `A <- B` that are drawn in section 6, with their lines."""
    text, first = section(page, 6)
    for offset, line in enumerate(text.split("\n")):
        if line.startswith("    ") and "<-" in line:
            for arrow in re.split(r"\s{3,}", line.strip()):
                left, _, right = arrow.partition("<-")
                for used in re.findall(r"\w+", left):
                    for user in re.findall(r"\w+", right):
                        yield used, user, first + offset


def faults(manifest, page, files):
    """What the map, the manifest and the imports say otherwise than each other."""
    rooms, declared = table(page), targets(manifest)
    place = "docs/architecture.md"
    with_code = {file.target for file in files}
    for name, (imports, forbidden, line) in rooms.items():
        if name not in declared:
            yield f"{place}:{line}: the room {name} is no target of Package.swift"
        elif imports != declared[name].needs:
            more, less = sorted(imports - declared[name].needs), sorted(declared[name].needs - imports)
            yield (f"{place}:{line}: {name} imports {', '.join(sorted(imports)) or 'nothing'}, Package.swift says "
                   f"{', '.join(sorted(declared[name].needs)) or 'nothing'}"
                   f" (too many: {', '.join(more) or 'none'}; missing: {', '.join(less) or 'none'})")
        if not forbidden or forbidden == "–":
            yield f"{place}:{line}: nothing says what {name} must not do"
    for name in sorted(set(declared) & with_code - set(rooms)):
        yield f"{place}: the target {name} of Package.swift has no line in the table of section 6"
    if not rooms:
        yield f"{place}: section 6 has no table of rooms"
    for used, user, line in picture(page):
        if used != "all" and used not in declared.get(user, Target(user, set())).needs:
            yield f"{place}:{line}: the arrow {used} <- {user} is not in Package.swift"
    used = {}
    for file in files:
        for module, line in file.imports:
            if module in declared and file.target in rooms and file.target in declared:
                used.setdefault(file.target, set()).add(module)
                # What the manifest allows and the table does not is told above, once for all files.
                if module not in rooms[file.target][0] | declared[file.target].needs:
                    yield f"{file.path}:{line}: {file.target} imports {module}, which its line in section 6 does not allow"
    for name in sorted(set(rooms) & set(declared)):
        for module in sorted(declared[name].needs - used.get(name, set())):
            yield f"Package.swift: {name} depends on {module}, and none of its files imports it"
