"""Swift sources as text: what is code, what is a comment, what is declared where. No parser: it reads the style of this project."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

MODIFIERS = (
    r"(?:(?:public|package|internal|fileprivate|private|static|class|final|override|mutating|nonmutating|nonisolated|"
    r"convenience|required|lazy|weak|unowned|indirect|isolated|borrowing|consuming|sending|dynamic|optional)"
    r"(?:\((?:set|unsafe|safe)\))?\s+)*"
)
ATTRIBUTES = r"(?:@\w+(?:\([^)]*\))?\s+)*"
TYPE = re.compile(
    rf"^[ \t]*{ATTRIBUTES}(?P<modifiers>{MODIFIERS})(?P<kind>class|struct|enum|actor|protocol|extension|typealias)"
    r"\s+(?P<name>[A-Z][\w.]*)", re.M)
CODE = re.compile(
    rf"^[ \t]*{ATTRIBUTES}(?P<modifiers>{MODIFIERS})"
    r"(?P<what>func\s+(?P<name>[^\s(<]+)|init[?!]?(?=[\s(<])|deinit\b|subscript(?=[\s(<])|var\s+(?P<variable>\w+)\s*:)", re.M)


def separated(text):
    """The text without comments, and without comments and the words of strings; places and lines stay as they are."""
    plain, bare = list(text), list(text)

    def blank(chars, start, end):
        for place in range(start, end):
            if chars[place] != "\n":
                chars[place] = " "

    def string(start):
        """Blanks a string that begins here, but for what is interpolated; gives the place behind it."""
        hashes = 0
        while text[start + hashes] == "#":
            hashes += 1
        # Three quotes within a line are a string with a quote in it.
        quote = '"""' if re.match(r'"""[ \t]*\n', text[start + hashes:start + hashes + 80]) else '"'
        place = begun = start + hashes + len(quote)
        end = quote + "#" * hashes
        while place < len(text) and not text.startswith(end, place):
            escape = "\\" + "#" * hashes
            if text.startswith(escape + "(", place):
                blank(bare, begun, place + len(escape))
                place = begun = code(place + len(escape) + 1, until=")")
            elif text.startswith(escape, place):
                place += len(escape) + 1
            else:
                place += 1
        blank(bare, begun, min(place, len(text)))
        return place + len(end)

    def code(place, until=None):
        depth = 0
        while place < len(text):
            if text.startswith("//", place):
                end = text.find("\n", place)
                end = len(text) if end < 0 else end
                blank(plain, place, end), blank(bare, place, end)
                place = end
            elif text.startswith("/*", place):
                end = text.find("*/", place) + 2
                blank(plain, place, end), blank(bare, place, end)
                place = end
            elif text[place] == '"' or text[place] == "#" and re.match(r'#+"', text[place:place + 9]):
                place = string(place)
            else:
                if until and text[place] == "(":
                    depth += 1
                elif until and text[place] == until:
                    if depth == 0:
                        return place + 1
                    depth -= 1
                place += 1
        return place

    code(0)
    return "".join(plain), "".join(bare)


def block(bare, place):
    """The `{…}` that belongs to what is declared at this place, as two places; None where it has none, as in a protocol."""
    depth, begun = 0, place
    while place < len(bare):
        char = bare[place]
        if char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif depth <= 0 and char == "{":
            return place, closing(bare, place)
        elif depth <= 0 and char == "}":
            return None
        elif depth <= 0 and char == "\n" and place > begun:
            following = bare[place + 1:place + 200]
            if TYPE.match(following) or CODE.match(following) or re.match(r"\s*\n|[ \t]*(case|let|@\w+)\b", following):
                return None
        place += 1
    return None


def closing(bare, place):
    depth = 0
    for end in range(place, len(bare)):
        if bare[end] == "{":
            depth += 1
        elif bare[end] == "}":
            depth -= 1
            if depth == 0:
                return end
    return len(bare)


@dataclass
class Declaration:
    kind: str
    name: str
    modifiers: str
    line: int
    lines: int
    body: tuple | None
    is_top: bool


@dataclass
class Source:
    path: Path
    target: str
    folder: str
    text: str = field(repr=False)

    @classmethod
    def read(cls, path, root):
        """folder is that of the target's folders in which the file stands; empty for none."""
        parts = path.relative_to(root).parts
        return cls(path.relative_to(root), parts[1], parts[2] if len(parts) > 3 else "", path.read_text())

    @cached_property
    def code(self):
        """Without comments."""
        return separated(self.text)[0]

    @cached_property
    def bare(self):
        """Without comments and the words of strings."""
        return separated(self.text)[1]

    @property
    def lines(self):
        return self.text.count("\n")

    def line(self, place):
        return self.text.count("\n", 0, place) + 1

    @cached_property
    def types(self):
        return list(self._declarations(TYPE))

    @cached_property
    def functions(self):
        return [one for one in self._declarations(CODE) if one.body]

    def _declarations(self, form):
        for match in form.finditer(self.bare):
            groups = match.groupdict()
            name = groups["name"] or groups.get("variable") or groups.get("what") or ""
            body = None if groups.get("kind") == "typealias" else block(self.bare, match.end())
            start = self.line(match.start() + len(match.group()) - len(match.group().lstrip()))
            end = self.line(body[1]) if body else start
            before = self.bare[:match.start()]
            yield Declaration(
                groups.get("kind") or "code", name, groups["modifiers"], start, end - start + 1, body,
                before.count("{") == before.count("}"))

    @cached_property
    def imports(self):
        """The modules that the file imports, with their lines."""
        form = re.compile(r"^[ \t]*(?:@\w+(?:\([^)]*\))?[ \t]+)*(?:(?:public|package|internal|private)[ \t]+)?import[ \t]+"
                          r"(?:(?:struct|class|enum|func|var|typealias|protocol)[ \t]+)?(\w+)", re.M)
        return [(match[1], self.line(match.start(1))) for match in form.finditer(self.bare)]


def sources(root, folder="Sources"):
    return [Source.read(path, root) for path in sorted((root / folder).rglob("*.swift"))]
