"""What people do on any page of the dashboard."""

from scenes import PASSWORD


def followed(page, name):
    """Goes to a page by the navigation."""
    page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
    page.get_by_role("heading", level=1, name=name).wait_for()


def opened(page):
    """All that is folded up is shown, so that it is looked at, too."""
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")


def signed_in(page, name, password=PASSWORD):
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def told(page):
    """What came of the last form."""
    return page.locator("main > .notice:not(#stale)").inner_text()
