"""What is asked of the rounds on the dashboard, and that it is done."""

from accessible import looked_at
from community import eventually
from steps import told


def rounds(stage, browser, report):
    report.section("A round on demand")
    community = stage.community
    id = stage.topic()
    community.site.edit(id, title="Changed on the site alone")
    with browser.visitor() as page:
        page.goto(community.admin + "/")
        report.true("what the site has is not here yet", community.api.topic(id)["title"] != "Changed on the site alone")
        # With the keyboard alone.
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.innerText") == "Start a round":
                break
        page.keyboard.press("Enter")
        page.locator("main > .notice:not(#stale)").wait_for()
        report.true("the round is promised", "Begun" in told(page) or "Noted" in told(page), told(page))
        report.true("and what the site has arrives", eventually(
            lambda: community.api.topic(id)["title"] == "Changed on the site alone"), community.log()[-600:])
        page.reload()
        report.equal("the promise is shown once", page.locator("main > .notice:not(#stale)").count(), 0)
        page.get_by_role("button", name="Sweep everything").click()
        report.true("a sweep is promised", "sweep" in told(page).lower(), told(page))

        def ended():
            page.reload()
            return "Idle" in page.locator("#rounds").inner_text()

        report.true("and comes to its end", eventually(ended, 30), community.log()[-600:])


def removals(stage, browser, report):
    """More is gone from the site than is let go at once."""
    report.section("Held removals")
    community = stage.community
    path = "/jsonapi/taxonomy_term/interests"

    def there():
        return len(community.api.ask("GET", path)[1]["data"])

    ids = [term["id"] for term in community.api.ask("GET", path)[1]["data"]]
    gone = [id for id in ids[:8] if community.site.ask("DELETE", f"{path}/{id}")[0] == 204]
    report.equal("eight terms are gone from the site", len(gone), 8)
    with browser.visitor() as page:
        page.goto(community.admin + "/")
        page.get_by_role("button", name="Sweep everything").click()

        def held():
            page.reload()
            return page.locator("#waiting-title").count()

        report.true("they wait for a person", eventually(held, 30), community.log()[-600:])
        report.equal("and stay until then", there(), len(ids))
        page.locator("#waiting summary").first.click()
        looked_at(report, page, "dashboard held removals")
        page.locator("#waiting").get_by_role("button").first.click()
        report.true("to let them go is promised", "Begun" in told(page) or "Noted" in told(page), told(page))
        report.true("and done", eventually(lambda: there() == len(ids) - len(gone), 30), community.log()[-600:])
