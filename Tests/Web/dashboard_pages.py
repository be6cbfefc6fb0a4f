"""The dashboard as it is read: each of its pages, from here and from elsewhere, with and without scripts."""

import json

from accessible import looked_at
from community import eventually
from scenes import ADMINISTRATOR, MEMBER
from steps import followed, opened, signed_in

PAGES = ("Overview", "Queue", "Conflicts", "Failures", "Consumers", "Accounts")


def reading(stage, browser, report):
    """On the machine itself nobody signs in."""
    report.section("The dashboard, page by page")
    community = stage.community
    stage.conflict("an open one")
    stage.refused("Refused, to be seen")
    with browser.visitor() as page:
        page.goto(community.admin + "/")
        report.true("the overview is there without signing in", page.title().startswith("Overview"), page.title())
        links = page.get_by_role("navigation").get_by_role("link").all_inner_texts()
        report.equal("the navigation has all pages", links, list(PAGES))
        types = json.loads(community.run("status", "--json"))["types"]
        report.equal("each of the types is there", page.locator("#types tbody tr").count(), len(types))
        report.equal("there are two charts", page.locator("svg[role=img]").count(), 2)
        for name in PAGES:
            followed(page, name)
            opened(page)
            looked_at(report, page, f"dashboard {name}")
        for name, path in (("change", "queue"), ("conflict", "conflicts")):
            page.goto(f"{community.admin}/{path}")
            page.locator(f"main a[href^='/{path}/']").first.click()
            page.wait_for_url(f"**/{path}/*")
            opened(page)
            looked_at(report, page, f"dashboard {name}")
        page.goto(community.admin + "/nothing")
        report.equal("what is not there is told", page.locator("h1").inner_text(), "Nothing is here")
        looked_at(report, page, "dashboard nothing")


def elsewhere(stage, browser, report):
    """By a name that is not this machine's, it takes an administrator."""
    report.section("The dashboard from elsewhere")
    community = stage.community
    for scripts in (True, False):
        with browser.visitor("narrow", java_script_enabled=scripts) as page:
            words = "with scripts" if scripts else "without"
            page.goto(community.far + "/conflicts")
            report.equal(f"it asks who it is, {words}", page.locator("h1").inner_text(), "Sign in")
            if scripts:
                looked_at(report, page, "dashboard sign-in")
            report.equal("and tells nothing", page.locator("table, nav a").count(), 0)
            signed_in(page, ADMINISTRATOR, "wrong")
            report.true("a wrong password is told", "not right" in page.get_by_role("alert").inner_text())
            signed_in(page, MEMBER)
            report.true("a member is not let in", "may not see" in page.get_by_role("alert").inner_text())
            signed_in(page, ADMINISTRATOR)
            report.equal("an administrator is, to where they wanted", page.locator("h1").inner_text(), "Conflicts")
            for name in PAGES:
                followed(page, name)
            report.true("all pages are there", True)
            page.get_by_role("button", name="Sign out").click()
            page.goto(community.far + "/queue")
            report.equal("who has left has to sign in", page.locator("h1").inner_text(), "Sign in")


def refreshing(stage, browser, report):
    """The page keeps itself current without being loaded anew, and does not take away what somebody is at."""
    report.section("The dashboard keeps itself current")
    community = stage.community
    with browser.visitor() as page:
        page.clock.install()
        page.goto(community.admin + "/")
        page.evaluate("document.body.dataset.here = 'still'")
        conflicts = page.locator("#changes a[href='/conflicts']")
        before = conflicts.inner_text()
        stage.conflict("the refreshed one")
        button = page.get_by_role("button", name="Start a round")
        button.focus()

        def later():
            page.clock.run_for(11_000)
            return conflicts.inner_text() != before

        report.true("a new conflict is there after a while", eventually(later, 30), before)
        report.equal("the page is the same", page.evaluate("document.body.dataset.here"), "still")
        report.true("and the focus is where it was", button.evaluate("one => one === document.activeElement"))


def foreign(stage, browser, report):
    """A page of another origin sends a form of its own."""
    report.section("Forms of other sites")
    community = stage.community
    with browser.visitor() as page:
        for target in (community.admin, community.far):
            page.goto("about:blank")
            page.set_content(f"<form method=post action='{target}/rounds/begin'><button>A prize</button></form>")
            page.get_by_role("button").click()
            page.wait_for_url(target + "/**")
            report.equal(f"one sent to {target.split('//')[1]} does nothing", page.locator("h1").inner_text(), "That came from elsewhere")
        with browser.visitor() as other:
            other.goto(community.admin + "/")
            sealed = other.locator("form[action='/rounds/begin'] input[name=seal]").get_attribute("value")
        page.goto(community.admin + "/")
        page.evaluate("seal => document.querySelector(\"form[action='/rounds/begin'] input[name=seal]\").value = seal", sealed)
        page.get_by_role("button", name="Start a round").click()
        report.equal(
            "nor does one with another browser's seal", page.locator("h1").inner_text(), "That form is no longer good")
