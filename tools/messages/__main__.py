"""Compares docs/messages.md with what the sources can say: `python3 tools/messages`.

Prints each message of the sources that the page does not have, with its place, and each that it has and nothing says any more; ends with 1
where there is one. A message is a text of three words at least that stands where errors, log lines from `notice` up, things set aside,
findings and refusals of clients are made (`CALLS`, `FILES`). Reads text alone. Needs Python 3.9 and nothing else.
"""

import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from swift_literals import literals  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = "docs/messages.md"
# The sample site and what packs its community are no part of what is installed.
LEFT_OUT = {"SampleSite", "SampleContent", "APIDescription", "CAllocator", "CCurl", "CScheduler", "CZlib"}
CALLS = re.compile(
    r"^(ConfigurationError|ValidationError|MirrorUnusable|BinaryFault|\.overBudget|OutboxRefusal|UnreadableRow|SecretKeyFault"
    r"|TransportError|SiteError|SetAside|DoctorFinding|IOFailure|Refusal|AdminAnswer|complain|source\.names|QueryParameterError"
    r"|\w*[lL]ogger\.(notice|warning|error|critical)|logger\.log|\.warning|notifier\.reloaded|OAuthFailure(\.\w+)?|BearerFailure"
    r"|\.invalidRequest|\.invalidGrant|ErrorResponse(\.later)?|subject\.refusal|TokenVaultError|RowFault|failure|malformed|Lack"
    r"|\.refused|postpone|OddLink|ClientRefusal|\.failed|PublishRefusal)$")
# Here most of what is longer than two words is said to people.
FILES = {
    "SyncFault", "UntrustworthyPage", "SignInError", "SiteError", "TransportError", "CurlFailure", "MirrorFault", "MirrorOpening",
    "MirrorFaults", "SigningKeyFile", "SignInRefused", "RedirectURI", "HeldRemovals", "FileTrust", "DiskReserve",
    "SchemaDrift", "WritesRefused", "ServiceCourse", "ControlFault", "NewClientFault", "ExportFault", "FeedPosition", "LogLines",
    "PublishPlan", "SchemaName", "SearchWords",
}
# Labels under which no sentence for people stands.
MUTE = {"metadata", "contentType", "request", "path", "next", "how", "where", "sql", "nil"}
# Said by others: dpkg's script, the library that reads options; or put together of two texts.
OTHERS = {"is not JSON", "is installed, and", "unknown option, missing value", "with the command's usage)",
          "Failed to set thread priority for worker thread"}


def words(text):
    return re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", text.replace("…", " "))


def said(files):
    """Each message of the sources: (place, text)."""
    for file in files:
        for line, call, label, text in literals(file.read_text()):
            if label in MUTE or len(words(text)) < 3 or "</" in text or re.match(r"^[\w./:+;=-]*$|PRAGMA |SELECT |\$scrypt", text):
                continue
            if CALLS.match(call) or file.stem in FILES:
                yield f"{file.relative_to(ROOT)}:{line}", text


def pieces(text):
    """What of a message is always the same, as far as it tells something."""
    found = [piece.strip(" ;:,.(\"'`") for piece in text.split("…")]
    return [piece for piece in found if len(words(piece)) >= 2] or [max(found, key=len)]


def main():
    files = sorted(path for path in (ROOT / "Sources").rglob("*.swift") if path.relative_to(ROOT).parts[1] not in LEFT_OUT)
    page = re.sub(r"\s+", " ", (ROOT / PAGE).read_text().replace("\\|", "|"))
    faults = [f"{place}: {PAGE} lacks: {text}" for place, text in said(files)
              if not all(re.sub(r"\s+", " ", piece) in page for piece in pieces(text))]
    installs = (ROOT / "packaging/debian/preinst").read_text()
    everything = installs + " ".join(re.sub(r"\s+", " ", text) for file in files for _, _, _, text in literals(file.read_text()))
    for number, row in enumerate((ROOT / PAGE).read_text().splitlines(), 1):
        cell = re.match(r"\| (`+)(.*?)\1 \|", row.replace("\\|", "|"))
        for piece in pieces(cell[2].strip()) if cell and len(words(cell[2])) >= 3 else []:
            parts = [part.strip() for part in re.split(r"[;:,.] |until ", piece)]
            if piece not in OTHERS and not all(part in everything for part in parts):
                faults.append(f"{PAGE}:{number}: nothing says: {piece}")
    print("\n".join(faults) or f"messages: {PAGE} has all of them")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
