"""What is counted in the sources."""

import re

FORBIDDEN_NAMES = re.compile(r"(Manager|Helper|Utils?|Utility)s?$")
# A value, then `!`: what follows tells it from `!=`.
FORCED = re.compile(r"[\w)\]?]!(?=[\s.,)\]:;}(\[?]|$)", re.M)


def members_of(name, files):
    """Declarations with `package` or `public` directly in a type or its extensions: (file, line, text)."""
    for file in files:
        for one in file.types:
            if one.name != name or not one.body or not one.is_top:
                continue
            start, end = one.body
            depth, line = 0, file.bare[:start].count("\n") + 1
            for text in file.bare[start:end].split("\n"):
                if depth == 1 and re.match(r"\s*(?:@\w+\s+)*(package|public)\s", text):
                    yield file, line, text.strip()
                depth += text.count("{") - text.count("}")
                line += 1


def undocumented(files):
    """`package` and `public` declarations without a doc comment: (file, line, text)."""
    for file in files:
        lines, bare = file.text.split("\n"), file.bare.split("\n")
        for index, text in enumerate(bare):
            if not re.match(r"\s*(?:@\w+(?:\([^)]*\))?\s+)*(package|public)\s+(?!import|extension)", text):
                continue
            above = index - 1
            while above >= 0 and re.match(r"\s*@", lines[above]):
                above -= 1
            if above < 0 or not re.match(r"\s*(///|\*/)", lines[above]):
                yield file, index + 1, text.strip()


def internal_names(files):
    """`drupal_internal__` in the code of rooms that need not know it: (file, line, text)."""
    for file in files:
        if file.target in ("OpenSocial", "SampleSite"):
            continue
        for index, text in enumerate(file.code.split("\n")):
            if "drupal_internal__" in text:
                yield file, index + 1, text.strip()


def forbidden(files):
    """Traps, and names that say nothing: (file, line, text)."""
    for file in files:
        for index, text in enumerate(file.bare.split("\n")):
            if re.search(r"\btry!|\bas!", text) or FORCED.search(re.sub(r"\b(try|as)!", "", text)):
                yield file, index + 1, text.strip()
        for one in file.types:
            if one.kind != "extension" and FORBIDDEN_NAMES.search(one.name):
                yield file, one.line, f"{one.kind} {one.name}"
        if FORBIDDEN_NAMES.search(file.path.stem):
            yield file, 1, file.path.name


def longest_functions(files, count):
    found = [(one.lines, one.name, f"{file.path}:{one.line}") for file in files for one in file.functions]
    return sorted(found, reverse=True)[:count]
