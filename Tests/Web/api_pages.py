"""The local API's pages for people: letting a client in, the overview, the description."""

import base64
import hashlib
import json
import secrets
import urllib.parse
import urllib.request

from accessible import looked_at

NAME, PASSWORD = "Ada <ada@example.org>", "correct horse battery staple"
CLIENT, SECRET = "web-app", "a secret of the web app"
OVERVIEW = "/admin/config/opensocial/social-json-api"
REDOC = "/admin/config/services/openapi/redoc/jsonapi"


def prepared(community):
    """A person, and a client that sends people to sign in; where it wants them back."""
    back = community.local + "/back"
    community.run("account", "add", NAME, "--password-stdin", text=PASSWORD)
    community.run(
        "consumer", "add", "--label", "Members' app & <more>", "--id", CLIENT, "--redirect-uri", back, "--secret-stdin",
        "--grants", "authorization_code,refresh_token", "--scopes", "read,write,openid", text=SECRET)
    return back


def signed_in(page, name=NAME, password=PASSWORD):
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def question(community, back):
    """Where a client sends a person, and what proves that it was this client."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    fields = {
        "response_type": "code", "client_id": CLIENT, "redirect_uri": back, "scope": "read openid", "state": "a state",
        "code_challenge": challenge, "code_challenge_method": "S256",
    }
    return community.local + "/oauth/authorize?" + urllib.parse.urlencode(fields), verifier


def token(community, back, code, verifier):
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "client_id": CLIENT,
            "client_secret": SECRET, "code_verifier": verifier}
    with urllib.request.urlopen(community.local + "/oauth/token", urllib.parse.urlencode(form).encode(), 30) as answer:
        return json.load(answer)


def consent(stage, browser, report):
    report.section("Letting a client in")
    community = stage.community
    back = prepared(community)
    with browser.visitor() as page:
        address, verifier = question(community, back)
        page.goto(address)
        report.equal("the first page asks who it is", page.title(), "Sign in")
        looked_at(report, page, "sign-in")
        signed_in(page, password="wrong")
        report.true("a wrong password is told", "not right" in page.get_by_role("alert").inner_text())
        report.equal("and the name is kept", page.get_by_label("Name").input_value(), NAME)
        looked_at(report, page, "sign-in refused")
        signed_in(page)
        report.equal("the second asks for consent", page.title(), "Allow access?")
        report.true("it names the client", "Members' app & <more>" in page.locator("main").inner_text())
        looked_at(report, page, "consent")
        page.get_by_role("button", name="Allow").click()
        page.wait_for_url(back + "?**")
        answer = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(page.url).query))
        report.equal("the client gets its state back", answer.get("state"), "a state")
        report.true("its code is good for a token", "access_token" in token(community, back, answer["code"], verifier))

        page.goto(question(community, back)[0])
        page.get_by_role("button", name="Deny").click()
        page.wait_for_url(back + "?**")
        report.true("who denies says so to the client", "error=access_denied" in page.url)
        page.goto(question(community, back)[0])
        page.get_by_role("button", name="I am somebody else").click()
        report.equal("somebody else is asked who it is", page.title(), "Sign in")
        page.goto(community.local + "/oauth/authorize?client_id=nobody")
        report.true("a link that leads nowhere is told", page.title() == "This link does not work")
        looked_at(report, page, "broken link")
    with browser.visitor("narrow", java_script_enabled=False) as page:
        address, _ = question(community, back)
        page.goto(address)
        signed_in(page)
        page.get_by_role("button", name="Allow").click()
        page.wait_for_url(back + "?**")
        report.true("without scripts and on a phone, too", "code=" in page.url)


def overview(stage, browser, report):
    report.section("The overview page")
    community = stage.community
    with browser.visitor() as page:
        page.goto(community.local + OVERVIEW)
        report.equal("it asks who it is", page.title(), "Sign in")
        signed_in(page)
        report.equal("then it is there", page.title(), "Social JSON API")
        report.true("with the consumers", CLIENT in page.locator("main").inner_text())
        looked_at(report, page, "overview")
        for link in page.get_by_role("link").all():
            status = page.request.get(urllib.parse.urljoin(page.url, link.get_attribute("href"))).status
            report.equal(f"the link {link.inner_text()} is answered", status, 200)
        page.get_by_role("button", name="Sign out").click()
        page.goto(community.local + OVERVIEW)
        report.equal("who has left has to sign in", page.title(), "Sign in")


def operations(description):
    """How many there are in a description."""
    verbs = {"get", "post", "patch", "delete", "put", "head", "options"}
    return sum(verb in verbs for path in description["paths"].values() for verb in path)


def redoc(stage, browser, report):
    report.section("The description in ReDoc")
    community = stage.community
    with browser.visitor() as page:
        page.goto(community.local + REDOC)
        report.equal("it asks who it is", page.title(), "Sign in")
        signed_in(page)
        report.equal("the page has its title", page.title(), "API documentation")
        description = page.request.get(community.local + "/mirror/openapi.json").json()
        # Some 400,000 elements: it takes the browser its time.
        page.get_by_role("heading", name=description["info"]["title"]).first.wait_for(timeout=180_000)
        shown = page.evaluate(
            "new Set([...document.querySelectorAll('[data-section-id^=\"operation/\"]')].map(one => one.dataset.sectionId)).size")
        report.equal("all operations are shown", shown, operations(description))
    # What holds of a few operations holds of all: with all of them, each look at the page takes minutes.
    with browser.visitor() as page:
        page.route("**/mirror/openapi.json", few)
        page.goto(community.local + REDOC)
        signed_in(page)
        page.locator("[data-section-id^='operation/']").first.wait_for(timeout=60_000)
        looked_at(report, page, "redoc")
        page.get_by_placeholder("Search").fill("topic")
        page.locator("[data-role='search:results'] li").first.wait_for()
        report.true("it finds what is looked for", True)
    with browser.visitor(java_script_enabled=False) as page:
        page.goto(community.local + REDOC)
        signed_in(page)
        page.get_by_role("link", name="OpenAPI 3.1").click()
        report.true("without scripts the description itself is there", page.url.endswith("/mirror/openapi.json"))


def few(route):
    """Answers with a description of a few paths."""
    answer = route.fetch()
    description = answer.json()
    topics = [path for path in description["paths"] if path.startswith("/jsonapi/node/topic")]
    names = list(description["paths"])[:3] + topics[:3]
    description["paths"] = {name: description["paths"][name] for name in names}
    route.fulfill(response=answer, json=description)
