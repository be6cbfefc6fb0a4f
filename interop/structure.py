"""The description beside the recorded one of a site: what there is of each, how many, and every difference."""

import gzip
import json
import pathlib

RECORDED = pathlib.Path(__file__).parent.parent / "Tests/Fixtures/openapi.json.gz"
METHODS = {"get", "put", "post", "delete", "patch", "head", "options"}
# The sample site describes nothing: what no resource shows, nobody knows of there; and where a relationship leads that leads nowhere yet.
UNSEEN = {("attributes", "hostname"), ("attributes", "revision_default"), ("attributes", "pass")}
LEADS_NOWHERE = {"menu_link", "field_group_affiliation"}
# Types whose own fields the recorded one leaves out, and what a user is called.
MORE = {"comment--comment", "event_enrollment--event_enrollment", "post--post", "profile--profile", "user--user"}


def recorded():
    with gzip.open(RECORDED) as file:
        return json.load(file)


def operations(document):
    return {(path, method) for path, item in document["paths"].items() for method in item if method in METHODS}


def fields(document):
    """Type, attributes or relationships, name."""
    found = {}
    for name, definition in document["definitions"].items():
        data = definition.get("properties", {}).get("data", {}).get("properties", {})
        for part in ("attributes", "relationships"):
            for field, schema in data.get(part, {}).get("properties", {}).items():
                found[name, part, field] = schema
    return found


def properties(value):
    """How many there are at any depth."""
    if isinstance(value, list):
        return sum(map(properties, value))
    if not isinstance(value, dict):
        return 0
    own = value.get("properties")
    return (len(own) if isinstance(own, dict) else 0) + sum(map(properties, value.values()))


def counts(document):
    done, shown = operations(document), fields(document)
    numbers = {"definitions": len(document["definitions"]), "tags": len(document["tags"]), "paths": len(document["paths"]), "operations": len(done)}
    for method in sorted({method for _, method in done}):
        numbers[method] = sum(one == method for _, one in done)
    for part in ("attributes", "relationships"):
        numbers[part] = sum(one == part for _, one, _ in shown)
    numbers["properties at any depth"] = properties(document["definitions"])
    return numbers


def kind(schema):
    return " ".join(str(schema[name]) for name in ("type", "format") if name in schema) or "anything"


def with_recorded(ours, report):
    theirs = recorded()
    mine, other = counts(ours), counts(theirs)
    for name in mine:
        print(f"        {name}: {mine[name]}, recorded {other.get(name, 0)}")
    report.equal("the recorded definitions, in their order", list(ours["definitions"]), list(theirs["definitions"]))
    known = set(theirs["paths"])
    report.equal("all recorded paths, in their order", [path for path in ours["paths"] if path in known], list(theirs["paths"]))
    report.equal("all recorded methods", sorted(operations(theirs) - operations(ours)), [])
    more = sorted(operations(ours) - operations(theirs))
    report.equal("more than those: what relationships lead to that lead nowhere yet", [one for one in more if one[0].split("/")[-1] not in LEADS_NOWHERE or one[1] != "get"], [])
    print(f"        more: {', '.join(path for path, _ in more)}")
    shown, known = fields(ours), fields(theirs)
    missing = sorted(known.keys() - shown.keys())
    report.equal("all recorded fields but those that the sample site shows nowhere", [one for one in missing if one[1:] not in UNSEEN], [])
    print(f"        missing: {', '.join(sorted({field for _, _, field in missing}))} (of {len({name for name, _, _ in missing})} types)")
    added = sorted(shown.keys() - known.keys())
    report.equal("more fields where the recorded one leaves some out", sorted({name for name, _, _ in added} - MORE), [])
    print(f"        more: {len(added)} fields of {', '.join(sorted({name for name, _, _ in added}))}")
    differences = {}
    for one in sorted(shown.keys() & known.keys()):
        change = f"{kind(known[one])} -> {kind(shown[one])}"
        if one[1] == "attributes" and kind(known[one]) != kind(shown[one]):
            differences.setdefault(change, []).append(f"{one[0]} {one[2]}")
        parts = set(shown[one].get("properties", {})) - set(known[one].get("properties", {}))
        if one[1] == "attributes" and parts:
            differences.setdefault(f"with {', '.join(sorted(parts))}", []).append(f"{one[0]} {one[2]}")
    for change, which in sorted(differences.items(), key=lambda item: -len(item[1])):
        print(f"        {len(which)} attributes: {change} (such as {which[0]})")
    report.equal("times are texts", [one for one in shown if kind(known.get(one, {})).endswith("utc-millisec") and kind(shown[one]) != "string date-time"], [])
    report.equal("a language is a text", {kind(schema) for (_, _, name), schema in shown.items() if name == "langcode"}, {"string"})
