"""Reading with jsonapi-client and jsonapi-requests: every type whole, filters, includes, relationships, errors."""

import collections
import json

import jsonapi_client
import jsonapi_requests
import requests
from jsonapi_client.exceptions import DocumentError, ValidationError
from jsonapi_client.filter import Filter, Inclusion, Modifier
from jsonapi_requests.data import CantLoadData
from jsonapi_requests.request_factory import ApiClientError

MISSING = "00000000-0000-4000-8000-000000000000"
# Where the real site, and so the mirror, sends a relationship that is a bare empty list. A strict client has to leave it out.
BARE = {"profile--profile": "field_group_affiliation"}
UID = ("SELECT one.uuid, other.uuid FROM relationships link JOIN resources one ON one.resource = link.resource "
       "JOIN resources other ON other.resource = link.target WHERE link.type = ? AND link.relationship = 'uid'")
PATH = "SELECT uuid FROM resources WHERE type = ?"


class Bearer(requests.auth.AuthBase):
    def __init__(self, token):
        self.token = token

    def __call__(self, request):
        request.headers["Authorization"] = "Bearer " + self.token
        return request


def ids(rows):
    return {row[0] for row in rows}


def with_jsonapi_client(demo, token, report):
    """Returns the ids of each type, as paged through."""
    report.section("jsonapi-client", "paging, filter, sort, include, sparse fieldsets, relationships, errors")
    session = jsonapi_client.Session(demo.api, request_kwargs={"auth": Bearer(token)})
    types = sorted(row[0] for row in demo.rows("SELECT DISTINCT type FROM resources"))
    pages = {}
    for name in types:
        path = name.replace("--", "/", 1)
        modifier = None
        if name in BARE:
            report.raises(f"{name} has the site's relationship {BARE[name]}: [], which is no JSON:API", ValidationError,
                          lambda: session.get(path), "Must have either links, data or meta in relationship")
            modifier = Modifier(f"fields[{name}]=uid")
        found = [resource.id for resource in session.iterate(path, modifier)]
        report.same_resources(f"iterate {name}: as the database", found, ids(demo.rows(PATH, name)))
        pages[name] = set(found)
    report.equal("types", len(types), demo.rows("SELECT count(DISTINCT type) FROM resources")[0][0])
    session.invalidate()

    published = [r.id for r in session.iterate("node/topic", Filter("filter[status]=1"))]
    report.same_resources("filter[status]=1", published, ids(demo.rows(
        PATH + " AND json_extract(document, '$.attributes.status')", "node--topic")))
    authors = dict(demo.rows(UID, "node--topic"))
    author, count = collections.Counter(authors.values()).most_common(1)[0]
    mine = [r.id for r in session.iterate("node/topic", Filter(f"filter[uid.id]={author}"))]
    report.same_resources(f"filter[uid.id] of the author with {count} topics", mine,
                          [topic for topic, uid in authors.items() if uid == author])
    order = [r.id for r in session.iterate("node/topic", Modifier("sort=-changed,drupal_internal__nid&page[limit]=7"))]
    report.equal("sort=-changed,drupal_internal__nid in pages of 7", order, [row[0] for row in demo.rows(
        PATH + " ORDER BY changed DESC, internal_id", "node--topic")])

    topic = min(topic for topic, uid in authors.items() if uid == author)
    stored = json.loads(demo.rows("SELECT document FROM resources WHERE uuid = ?", topic)[0][0])
    document = session.get("node/topic", Inclusion("uid"))
    report.equal("include=uid: the included are the authors", {r.id for r in document.included},
                 {r.uid.id for r in document.resources})
    only = Modifier("fields[node--topic]=title,created&sort=drupal_internal__nid&page[limit]=1")
    session.invalidate()
    sparse = session.get("node/topic", only).resource
    report.equal("fields[node--topic]=title,created", sorted(sparse._attributes.keys()), ["created", "title"])
    session.invalidate()
    one = session.get("node/topic", topic).resource
    report.equal("one resource: its title", one["title"], stored["attributes"]["title"])
    report.equal("its related uid, by the link", one.relationships.uid.links.related.fetch().resource.id, author)
    report.equal("its relationship uid, by the link",
                 [(r.type, r.id) for r in one.relationships.uid.links.self.fetch().resources], [("user--user", author)])

    report.raises("an unknown id", DocumentError, lambda: session.get("node/topic", MISSING), "Error 404: Not Found")
    report.raises("an operator that does not exist", DocumentError, lambda: session.get(
        "node/topic", Filter("filter[a][condition][path]=title&filter[a][condition][operator]=!%3D"
                             "&filter[a][condition][value]=x")), "Error 400: Bad Request")
    report.raises("an include that does not exist", DocumentError,
                  lambda: session.get("node/topic", Inclusion("nowhere")), "Error 400: Bad Request")
    report.raises("no token", DocumentError, lambda: jsonapi_client.Session(demo.api).get("node/topic"), "Error 401")
    return pages


def with_jsonapi_requests(demo, token, report, pages):
    report.section("jsonapi-requests", "paging, filter, include, sparse fieldsets, relationships, errors")
    api = jsonapi_requests.Api.config(
        API_ROOT=demo.api + "/", AUTH=Bearer(token), APPEND_SLASH=False, TIMEOUT=20, RETRIES=1)
    entry = api.endpoint(demo.api).get().payload
    for name, found in pages.items():
        endpoint = api.endpoint(entry["links"][name]["href"])
        fields = {}
        if name in BARE:
            report.raises(f"{name} has a relationship {BARE[name]}: []", CantLoadData, lambda: endpoint.get().data)
            fields = {f"fields[{name}]": "uid"}
        answer = endpoint.get(params=fields)
        seen = [item.id for item in answer.data]
        requests_made = 1
        while "next" in answer.payload["links"]:
            answer = api.endpoint(answer.payload["links"]["next"]["href"]).get()
            seen += [item.id for item in answer.data]
            requests_made += 1
        report.same_resources(f"{name} in {requests_made} pages: as jsonapi-client", seen, found)

    rows = demo.rows("SELECT uuid, CAST(strftime('%s', changed) AS INTEGER) FROM resources WHERE type = 'node--event' "
                     "ORDER BY changed, internal_id")
    middle = rows[len(rows) // 2][1]
    late = api.endpoint("node/event").get(params={
        "filter[late][condition][path]": "changed", "filter[late][condition][operator]": ">",
        "filter[late][condition][value]": middle, "sort": "changed,drupal_internal__nid"})
    report.equal(f"events changed after {middle}, in order", [item.id for item in late.data],
                 [uuid for uuid, changed in rows if changed > middle][:50])
    answer = api.endpoint("comment/comment").get(params={
        "include": "uid", "fields[comment--comment]": "subject,uid", "fields[user--user]": "display_name"})
    named = {item.relationships["uid"].data.id for item in answer.data}
    report.equal("comments with include=uid: every author is included",
                 {item["id"] for item in answer.payload["included"]}, named)
    report.equal("the sparse fieldsets hold in both", (
        {key for item in answer.payload["data"] for key in item.get("attributes", {})},
        {key for item in answer.payload["included"] for key in item.get("attributes", {})}),
        ({"subject"}, {"display_name"}))
    event = rows[0][0]
    owner = dict(demo.rows(UID, "node--event"))[event]
    report.equal("related", api.endpoint(f"node/event/{event}/uid").get().data.id, owner)
    report.equal("relationship", api.endpoint(f"node/event/{event}/relationships/uid").get().data.id, owner)

    orm = jsonapi_requests.orm.OrmApi(api)

    class User(jsonapi_requests.orm.ApiModel):
        class Meta:
            type = "user--user"
            path = "user/user"
            api = orm
        display_name = jsonapi_requests.orm.AttributeField("display_name")

    report.equal("an object of the ORM", User.from_id(owner).display_name, demo.rows(
        "SELECT json_extract(document, '$.attributes.display_name') FROM resources WHERE uuid = ?", owner)[0][0])
    report.equal("User.exists", (User.exists(owner), User.exists(MISSING)), (True, False))

    report.raises("an unknown id", ApiClientError, lambda: api.endpoint(f"node/topic/{MISSING}").get(), "404")
    report.raises("page as a text", ApiClientError,
                  lambda: api.endpoint("node/topic").get(params={"page": "5"}), "expecting \\\\u0022array")
    bad = jsonapi_requests.Api.config(
        API_ROOT=demo.api + "/", AUTH=Bearer("no.such.token"), APPEND_SLASH=False, TIMEOUT=20, RETRIES=1)
    report.raises("a bad token", ApiClientError, lambda: bad.endpoint("node/topic").get(), "401")
    report.raises("a POST of a reader's field", ApiClientError, lambda: api.endpoint("node/topic").post(
        object=jsonapi_requests.JsonApiObject(type="node--topic", attributes={"title": "x", "changed": "2024-01-01T00:00:00+00:00"})), "403")
    made = api.endpoint("node/topic").post(
        object=jsonapi_requests.JsonApiObject(type="node--topic", attributes={"title": "From another client"})).data
    report.equal("a POST, read again", api.endpoint(f"node/topic/{made.id}").get().data.attributes["title"],
                 "From another client")
