"""Circles between the folders of a target: who names whose top-level types."""

import re
from collections import defaultdict


def shared_types(files):
    """Each top-level type that its file does not keep to itself, with the folders that declare it."""
    homes = defaultdict(set)
    for file in files:
        for one in file.types:
            if one.is_top and one.kind != "extension" and "private" not in one.modifiers:
                homes[one.name].add(file.folder)
    return {name: next(iter(folders)) for name, folders in homes.items() if len(folders) == 1}


def edges(files):
    """(folder, other folder): [(file, type)], where a file of the first names a type of the second."""
    homes = shared_types(files)
    found = defaultdict(list)
    for file in files:
        own = {one.name for one in file.types if one.kind != "extension"}
        named = set(re.findall(r"(?<![.\w])[A-Z]\w*", file.bare)) - own
        for name in sorted(named & homes.keys()):
            if homes[name] != file.folder:
                found[file.folder, homes[name]].append((file, name))
    return found


def circles(found):
    """Sets of folders each of which leads to all others of the set."""
    reach = defaultdict(set)
    for start, end in found:
        reach[start].add(end)
    changed = True
    while changed:
        changed = False
        for folder in list(reach):
            more = set().union(*(reach.get(other, set()) for other in reach[folder])) - reach[folder]
            if more:
                reach[folder] |= more
                changed = True
    return {frozenset(other for other in reach[folder] if folder in reach.get(other, set()))
            for folder in reach if folder in reach[folder]}


def in_circles(files):
    """target: (files that keep a circle closed, its edges as lines)."""
    result = {}
    for target in sorted({file.target for file in files}):
        found = edges([file for file in files if file.target == target])
        involved, lines = set(), []
        for circle in sorted(circles(found), key=sorted):
            for (start, end), uses in sorted(found.items(), key=lambda item: item[0]):
                if start in circle and end in circle:
                    involved |= {file.path for file, _ in uses}
                    examples = ", ".join(f"{file.path.name}: {name}" for file, name in uses)
                    lines.append(f"{target}: {start or '(no folder)'} -> {end or '(no folder)'} ({examples})")
        result[target] = (involved, lines)
    return result
