"""What people decide on the dashboard, and that it is done: in the mirror, and on the site."""

import json
import urllib.error
import urllib.parse
import urllib.request

from accessible import looked_at
from community import eventually
from scenes import ADMINISTRATOR, PASSWORD
from steps import followed, signed_in, told


def conflict_of(page, community, id):
    """Opens the conflict of a topic from the list."""
    page.goto(community.admin + "/conflicts")
    page.locator("tr", has_text=id).get_by_role("link").first.click()
    page.wait_for_url("**/conflicts/*")


def conflicts(stage, browser, report):
    report.section("Conflicts")
    community = stage.community
    local, site, edited = (stage.conflict(words) for words in ("the first", "the second", "the third"))
    with browser.visitor() as page:
        conflict_of(page, community, local)
        row = page.locator("#fields tbody tr").first.inner_text()
        report.true("both versions stand side by side", "has written" in row and "has put" in row, row)
        report.true("differing words are marked", page.locator("#fields :is(del, ins, mark)").count() > 0)
        wide = page.locator("#fields thead th").evaluate_all("cells => cells.slice(1).map(one => Math.round(one.offsetWidth))")
        report.true("in columns alike wide", max(wide) - min(wide) <= 1, wide)
        page.get_by_role("button", name="Take the local one").click()
        report.true("the decision is told", "local version" in told(page), told(page))
        report.true("the local title arrives on the site", eventually(
            lambda: community.site.topic(local)["title"] == "The mirror has put the first otherwise"), community.log()[-600:])
        conflict_of(page, community, edited)
        page.get_by_text("Take an edited document").click()
        area = page.get_by_label("What the site is to have")
        document = json.loads(area.input_value())
        area.fill("this is no JSON")
        page.get_by_role("button", name="Take this document").click()
        report.true("what is no JSON is refused", "no JSON" in page.get_by_role("alert").inner_text())
        report.equal("and kept", page.get_by_label("What the site is to have").input_value(), "this is no JSON")
        looked_at(report, page, "dashboard conflict refused")
        document["attributes"]["title"] = "Both had a point about the third"
        page.get_by_label("What the site is to have").fill(json.dumps(document))
        page.get_by_role("button", name="Take this document").click()
        report.true("the edited title arrives on the site", eventually(
            lambda: community.site.topic(edited)["title"] == "Both had a point about the third"), community.log()[-600:])
    with browser.visitor("narrow", java_script_enabled=False) as page:
        page.goto(community.far + "/conflicts")
        signed_in(page, ADMINISTRATOR)
        page.locator("tr", has_text=site).get_by_role("link").first.click()
        page.get_by_role("button", name="Take the site's").click()
        report.true("from elsewhere and without scripts, too", "site's version stays" in told(page), told(page))
    report.true("the site's title is the local one", eventually(
        lambda: community.api.topic(site)["title"] == "The site has written the second anew"))
    report.equal("and the site keeps it", community.site.topic(site)["title"], "The site has written the second anew")


def refusals(stage, browser, report):
    report.section("Refused changes")
    community = stage.community
    sent, dropped = stage.refused("Almost right"), stage.refused("Never right")
    was = community.site.topic(dropped)["title"]
    with browser.visitor() as page:
        page.goto(community.admin + "/queue")
        article = page.locator("#refused article", has_text=sent)
        report.true("the site's words are there", "404" in article.inner_text() or "not" in article.inner_text(), article.inner_text())
        article.get_by_role("button", name="Retry").click()
        report.true("a retry is promised", "next push" in told(page), told(page))
        report.true("and refused again", eventually(lambda: stage.rejected() >= 2))
        page.goto(community.admin + "/queue")
        page.locator("#refused article", has_text=sent).get_by_role("link", name="Edit").click()
        area = page.get_by_label("What it sets")
        document = json.loads(area.input_value())
        document.pop("relationships", None)
        document["attributes"] = {"title": "Right at last"}
        area.fill(json.dumps(document))
        page.get_by_role("button", name="Send it with these values").click()
        report.true("the edited change arrives on the site", eventually(
            lambda: community.site.topic(sent)["title"] == "Right at last"), community.log()[-600:])
        page.goto(community.admin + "/queue")
        page.locator("#refused article", has_text=dropped).get_by_role("link", name="Drop").click()
        page.get_by_text("Drop it", exact=True).click()
        page.get_by_role("button", name="Drop it for good").click()
        report.true("what was dropped is shown a last time", "Never right" in page.locator("main").inner_text())
        report.true("and the mirror shows what the site has", eventually(lambda: community.api.topic(dropped)["title"] == was))


def token(community, **form):
    """The status of a request for a token."""
    try:
        with urllib.request.urlopen(community.local + "/oauth/token", urllib.parse.urlencode(form).encode(), 30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def clients(stage, browser, report):
    report.section("Consumers and accounts")
    community = stage.community
    with browser.visitor() as page:
        page.goto(community.admin + "/consumers")
        page.get_by_text("Add a consumer").click()
        page.get_by_label("Label").fill("A <b>new</b> app & more")
        page.get_by_label("Client id").fill("new-app")
        page.get_by_role("button", name="Add it").click()
        secret = page.locator("#secret").inner_text()
        client = {"grant_type": "client_credentials", "client_id": "new-app"}
        report.equal("the secret that is shown is good", token(community, client_secret=secret, **client), 200)
        looked_at(report, page, "dashboard secret")
        page.reload()
        report.true("a page that is loaded anew adds nothing", "done already" in page.locator("h1").inner_text())
        followed(page, "Consumers")
        section = page.locator("section", has_text="A <b>new</b> app & more").last
        section.locator("summary", has_text="New secret").click()
        section.get_by_role("button", name="Make a new secret").click()
        fresh = page.locator("#secret").inner_text()
        report.equal("a new secret is good", token(community, client_secret=fresh, **client), 200)
        report.equal("and the old one no longer", token(community, client_secret=secret, **client), 401)
        followed(page, "Consumers")
        section.locator("summary", has_text="Remove").click()
        section.get_by_role("button", name="Remove it for good").click()
        report.true("it is removed", "was removed" in told(page), told(page))
        report.equal("and gets no token", token(community, client_secret=fresh, **client), 401)

        followed(page, "Accounts")
        page.get_by_text("Add an account").click()
        add = page.locator("#add")
        add.get_by_label("User name").fill("newcomer")
        add.get_by_label("Password").fill(PASSWORD)
        add.get_by_role("button", name="Add it").click()
        person = {"grant_type": "password", "client_id": "web", "client_secret": "a secret of the test", "username": "newcomer"}
        report.equal("an account is added", token(community, password=PASSWORD, **person), 200)
        section = page.locator("section", has_text="newcomer").last
        section.locator("summary", has_text="Remove").click()
        section.get_by_role("button", name="Remove it for good").click()
        report.true("and removed", "was removed" in told(page), told(page))
        report.equal("and signs in no longer", token(community, password=PASSWORD, **person), 400)
