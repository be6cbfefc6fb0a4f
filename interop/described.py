"""Takes the description of the API at its word: validators look at both forms, what is read is held against the schemas, and a client
that is made of it reads and writes.
"""

import importlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import requests
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from referencing import Registry, Resource

import structure

FORMS = {"OpenAPI 2.0": "/openapi/jsonapi?_format=json", "OpenAPI 3.1": "/mirror/openapi.json"}


def with_description(demo, token, report):
    report.section("openapi-spec-validator, openapi-python-client", "the description, and a client that is made of it")
    signed_in = {"Authorization": f"Bearer {token}"}
    documents = {}
    for form, path in FORMS.items():
        answer = requests.get(demo.base + path, headers=signed_in, timeout=30)
        report.equal(f"GET {path}", (answer.status_code, answer.headers["Content-Type"]), (200, "application/json"))
        documents[form] = answer.json()
        report.equal(f"{form}: valid", faults(documents[form]), "")
    types = sorted(link for link in requests.get(demo.api, headers=signed_in, timeout=30).json()["links"] if "--" in link)
    report.equal("one definition for each type", sorted(documents["OpenAPI 2.0"]["definitions"]), types)
    structure.with_recorded(documents["OpenAPI 2.0"], report)
    pages(demo, signed_in, documents["OpenAPI 3.1"], types, report)
    client(demo, token, documents["OpenAPI 3.1"], report)


def faults(document):
    try:
        validate(document)
    except Exception as error:  # whatever it is, it is told
        return f"{type(error).__name__}: {error}"[:400]
    return ""


def pages(demo, signed_in, document, types, report):
    """Every resource beside the schema of its type."""
    schemas = Resource.from_contents(
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "components": document["components"]})
    registry = Registry().with_resource("urn:description", schemas)
    odd, count = [], 0
    for name in types:
        pointer = f"urn:description#/components/schemas/{name}.collection"
        validator = Draft202012Validator({"$ref": pointer}, registry=registry)
        url = f"{demo.api}/{name.replace('--', '/')}"
        while url:
            page = requests.get(url, headers=signed_in, timeout=30).json()
            count += len(page["data"])
            odd += [f"{name} {list(fault.path)}: {fault.message}"[:200] for fault in validator.iter_errors(page)]
            url = page["links"].get("next", {}).get("href")
    report.equal(f"{count} resources are as they are described", odd[:5], [])


def client(demo, token, document, report):
    """A client of its own: made of the description alone."""
    with tempfile.TemporaryDirectory(prefix="social-mirror-described-") as folder:
        text = pathlib.Path(folder) / "description.json"
        text.write_text(json.dumps(document))
        made = subprocess.run(
            [sys.executable, "-m", "openapi_python_client", "generate", "--path", str(text), "--meta", "none",
             "--output-path", str(pathlib.Path(folder) / "described_client")],
            capture_output=True, text=True, timeout=300)
        left_out = re.findall(r"WARNING.*|Endpoint will not be generated.*|Unable to .*", made.stdout + made.stderr)
        report.equal("openapi-python-client makes a client of it", (made.returncode, left_out), (0, []))
        sys.path.insert(0, folder)
        try:
            read_and_write(demo, token, report)
        finally:
            sys.path.remove(folder)


def read_and_write(demo, token, report):
    package = importlib.import_module("described_client")
    models = importlib.import_module("described_client.models")

    def operation(name):
        return importlib.import_module(f"described_client.api.content_topic.node_topic_{name}")

    signed_in = package.AuthenticatedClient(base_url=demo.base, token=token)
    page = operation("list").sync(client=signed_in, include="uid", sort="title")
    report.true("topics are read as objects", page.data and page.data[0].attributes.title)
    report.true("and the users behind them", any(one.type_ == "user--user" for one in page.included))
    new = models.NodeTopicNew.from_dict({
        "data": {"type": "node--topic", "attributes": {
            "title": "Made of a description", "body": {"value": "<p>A body</p>", "format": "basic_html"},
            "field_content_visibility": "public"}}})
    made = operation("create").sync_detailed(client=signed_in, body=new)
    report.equal("a topic is written", (made.status_code, made.parsed.data.attributes.title), (201, "Made of a description"))
    uuid = made.parsed.data.id
    change = models.NodeTopicChange.from_dict({
        "data": {"type": "node--topic", "id": str(uuid), "attributes": {"title": "Changed by its description"}}})
    report.equal("and changed", operation("update").sync_detailed(uuid, client=signed_in, body=change).status_code, 200)
    read = operation("view").sync(uuid, client=signed_in)
    report.equal("and read", read.data.attributes.title, "Changed by its description")
    report.equal("and removed", operation("remove").sync_detailed(uuid, client=signed_in).status_code, 204)
    gone = operation("view").sync_detailed(uuid, client=signed_in)
    report.equal("what is gone is told as an error", (gone.status_code, gone.parsed.errors[0].status), (404, "404"))
