"""Lets schemathesis try the API by its description, in both forms, against a demo: what it finds is either known, with the reason, or a
failure. Usage: trying.py PROGRAM [EXAMPLES]. Ends with 1 on what is not known.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import demo
import described
import requests
import signing_in
from report import Report

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"
HERE = pathlib.Path(__file__).parent
SECONDS = 1800

# Code, a pattern of status and words, and why it is so.
KNOWN = [
    ("ST202", r"(40[04]|422) .*(does not exist|is not a valid relationship|is not a valid include)", "a description names neither ids nor paths through relationships"),
    ("ST202", r"400 Invalid (nested filtering|type specified)", "names that no type or field has"),
    ("ST202", r"400 The provided type .* does not match", "a relationship may lead to more types than were seen, but not to any"),
    ("ST202", r"400 The selected entity .* does not match the ID in the payload", "the path and the document name two resources"),
    ("ST202", r"(403|409|422) ", "the site's rules for content"),
    ("ST202", r"(400|406) Valid data should have been accepted", "pages of signing in, for clients and scopes that do not exist"),
    ("ST201", r"20\d in body", "what is not needed of a document is not looked at, as on the site"),
    ("ST201", r"(200|201|304) parameters? ", "queries are texts: the site takes whatever text a value has"),
    ("ST201", r"(200|304) .*pattern", "queries are texts: the site takes whatever text a value has"),
    ("ST104", r"(204|304) ", "OpenAPI 2.0 has one media type for all answers, empty ones too"),
    ("ST105", r"404 Received: text/html", "what a resource does not show is no route of its own, and is answered with the site's page"),
    ("ST108", r"200 .* is not one of ", "the site answers for the ids of all bundles at each of them"),
    ("ST108", r"20\d .*(is not of types|not valid under any)", "a number in the place of a text is shown as it was sent, until the site has taken it"),
]


def main(program, examples="3"):
    outcome = Report()
    with demo.running(program) as mirror:
        signed_in = {"Authorization": f"Bearer {signing_in.requests_oauthlib(mirror, outcome)}"}
        for form, path in described.FORMS.items():
            outcome.section("schemathesis", form)
            document = requests.get(mirror.base + path, headers=signed_in, timeout=30).json()
            base = mirror.base + (document.get("basePath", "") if "swagger" in document else "")
            text, seconds = tried(mirror, document, base, examples)
            cases = re.search(r"(\d+) generated", text)
            outcome.true(f"{form}: {cases and cases.group(1)} cases ({seconds})", cases and int(cases.group(1)) > 1000)
            unknown, known = sorted_out(text)
            for reason, count in sorted(known.items(), key=lambda item: -item[1]):
                print(f"        {count} known: {reason}")
            outcome.equal(f"{form}: nothing is found that is not known", unknown[:10], [])
    return outcome.finish()


def tried(mirror, document, base, examples):
    with tempfile.TemporaryDirectory(prefix="social-mirror-tried-") as folder:
        path = pathlib.Path(folder) / "description.json"
        path.write_text(json.dumps(document))
        given = {
            "SCHEMATHESIS_HOOKS": "trying_hooks", "PYTHONPATH": str(HERE), "DEMO_BASE": mirror.base, "DEMO_ID": mirror.client_id,
            "DEMO_SECRET": mirror.client_secret,
        }
        done = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", "run", str(path), "--url", base, "--checks", "all", "-n", examples, "--phases",
             "examples,coverage,fuzzing", "--seed", "7", "--request-timeout", "30", "--no-color"],
            cwd=folder, env=os.environ | given, capture_output=True, text=True, timeout=SECONDS)
        ended = re.search(r"in [\d.]+s =+\s*$", done.stdout.strip())
        return done.stdout + done.stderr, ended.group(0).strip("= ") if ended else f"ended with {done.returncode}"


def sorted_out(text):
    """What is not known, and of what is known how often."""
    unknown, known = [], {}
    parts = re.split(r"\n_{3,} ([A-Z]+ \S+) _{3,}\n", text)
    for title, part in zip(parts[1::2], parts[2::2]):
        for case in re.split(r"\n\d+\. Test Case ID", part):
            status = re.search(r"\n\[(\d+)\] ", case)
            detail = re.search(r'"detail":"(.*?)","', case)
            for found in re.finditer(r"- (ST\d+) [^\n]*\n\n(.*?)(?=\n- ST|\n\[\d+\]|\Z)", case, re.S):
                component = re.search(r"Invalid component: (.*)", found[2])
                words = component[1] if component else detail[1] if detail else " ".join(found[2].split())
                told = f"{status[1] if status else ''} {words}"
                reason = next((reason for code, pattern, reason in KNOWN if code == found[1] and re.match(pattern, told)), None)
                if reason:
                    known[reason] = known.get(reason, 0) + 1
                else:
                    unknown.append(f"{title}: {found[1]} {told[:200]}")
    return unknown, known


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
