"""String literals of Swift sources, as people read them: pieces joined by `+` are one, and what is filled in is `…`.

Those that stand in what is filled in come behind the literal that they are filled into, under the same call.
"""

import re

OPENERS = {")": "(", "]": "[", "}": "{"}


def literals(source):
    """Yields (line, call, label, text) for each literal: in which call it stands, under which label of it."""
    pieces, inner = [], []
    stack = []  # (bracket, the word before it, the label at present)
    i, line, word, label = 0, 1, "", ""
    length = len(source)
    while i < length:
        c = source[i]
        if c == "\n":
            line += 1
            i += 1
        elif source.startswith("//", i):
            i = source.find("\n", i) if source.find("\n", i) >= 0 else length
        elif source.startswith("/*", i):
            end = source.find("*/", i)
            line += source.count("\n", i, end)
            i = end + 2
        elif c == '"' or (c == "#" and re.match(r'#+"', source[i:])):
            start = line
            text, end, filled = read(source, i)
            line += source.count("\n", i, end)
            call = next((w for b, w, _ in reversed(stack) if b == "("), "")
            pieces.append((start, call, label, text, i, end))
            for part in filled:
                inner += [(start + at - 1, call, label, text) for at, _, _, text in literals(part)]
            i = end
            word = ""
        elif c in "([{":
            stack.append((c, word, label))
            word, label = "", ""
            i += 1
        elif c in ")]}":
            if stack:
                _, _, label = stack.pop()
            word = ""
            i += 1
        elif c.isalnum() or c in "_.":
            match = re.compile(r"[\w.]+[?!]?").match(source, i)
            word = match[0]
            i = match.end()
        elif c == ":":
            label, word = word, ""
            i += 1
        elif c == ",":
            label, word = "", ""
            i += 1
        else:
            if not c.isspace():
                word = ""
            i += 1
    at = 0
    while at < len(pieces):
        start, call, label, text, _, end = pieces[at]
        while at + 1 < len(pieces) and re.fullmatch(r"\s*\+\s*", source[end:pieces[at + 1][4]]):
            at += 1
            text += pieces[at][3]
            end = pieces[at][5]
        yield start, call, label, text
        at += 1
    yield from inner


def read(source, start):
    """A literal that begins there: what it says, where it ends, and what is filled in, as source."""
    hashes = re.match(r"#*", source[start:])[0]
    i = start + len(hashes)
    quote = '"""' if source.startswith('"""', i) else '"'
    i += len(quote)
    out, filled = [], []
    while not source.startswith(quote + hashes, i):
        if source.startswith("\\" + hashes, i):
            i += 1 + len(hashes)
            if source[i] == "(":
                end = closing(source, i)
                filled.append(source[i + 1:end - 1])
                out.append("…")
                i = end
            elif source[i] == "u":
                end = source.index("}", i)
                out.append(chr(int(source[i + 2:end], 16)))
                i = end + 1
            else:
                out.append({"n": " ", "t": " ", "\n": ""}.get(source[i], source[i]))
                i += 1
        else:
            out.append(source[i])
            i += 1
    text = "".join(out)
    if quote == '"""':
        text = re.sub(r"\s*\n\s*", " ", text).strip()
    return text, i + len(quote) + len(hashes), filled


def closing(source, i):
    """Behind the bracket that closes the one at `i`."""
    depth = 0
    while True:
        c = source[i]
        if c == '"' or (c == "#" and re.match(r'#+"', source[i:])):
            _, i, _ = read(source, i)
            continue
        if c == "(":
            depth += 1
        elif c == ")":
            depth -= 1
            if depth == 0:
                return i + 1
        i += 1
