"""A browser whose pages are watched: what they write to the console, and whom they ask."""

import contextlib
import os
import pathlib
import urllib.parse

from playwright.sync_api import Error, sync_playwright

SCREENSHOTS = pathlib.Path(".build/web/screenshots")
# Pixels of a picture's height: a page with three whole documents opened is 16,000 high, and was 10 to 15 s in the drawing.
TALLEST = 5_000
WIDTHS = {"narrow": (360, 740), "middle": (768, 1024), "wide": (1920, 1080)}


class Browser:
    """A headless Chromium for which there is nobody but this machine."""

    def __init__(self, playwright, path, hosts):
        self.hosts, self.errors, self.elsewhere, self.asked = hosts, [], [], 0
        self.chromium = playwright.chromium.launch(
            executable_path=path, chromium_sandbox=os.getuid() != 0,
            args=["--host-resolver-rules=MAP mirror.example 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                  "--disable-background-networking", "--disable-component-update", "--no-first-run"])

    @contextlib.contextmanager
    def visitor(self, width="wide", **more):
        """A page of a visitor with cookies of their own. Names of `more` are those of Playwright's contexts."""
        more.setdefault("viewport", dict(zip(("width", "height"), WIDTHS[width])))
        context = self.chromium.new_context(**more)
        # Far longer than a page takes: what is measured here is whether, not when.
        context.set_default_timeout(30_000)
        context.on("request", self.request)
        page = context.new_page()
        page.on("console", lambda message: self.console(page, message))
        page.on("pageerror", lambda error: self.errors.append(f"{page.url}: {error}"))
        try:
            yield page
        except Error:
            print(f"  at    {page.url}: {page.title()}, as in failed.png", flush=True)
            shot(page, "failed")
            raise
        finally:
            context.close()

    def request(self, request):
        """By the browser's own protocol, which tells what it asks before it does so."""
        self.asked += 1
        parts = urllib.parse.urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc not in self.hosts:
            self.elsewhere.append(request.url)

    def console(self, page, message):
        # A page that is answered with 403 or the like is told of there, too; the pages that this is right for say so themselves.
        is_page = message.location.get("url", "").split("#")[0] == page.url.split("#")[0] and "status of" in message.text
        if message.type in ("error", "warning") and not is_page:
            self.errors.append(f"{page.url}: {message.type}: {message.text}")


@contextlib.contextmanager
def browser(path, addresses):
    """A browser that may ask these addresses."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        watched = Browser(playwright, path, {urllib.parse.urlsplit(address).netloc for address in addresses})
        try:
            yield watched
        finally:
            watched.chromium.close()


def shot(page, name):
    """A picture of the page, for people to look at: from its top, `TALLEST` at most, for what draws it is no graphics card. No check
    asks for it: one that a busy machine does not draw in time is asked for once more, and then told of."""
    for _ in range(2):
        try:
            width, height = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
            clip = {"x": 0, "y": 0, "width": width, "height": min(height, TALLEST)}
            page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True, clip=clip)
            return
        except Error as error:
            why = str(error).splitlines()[0]
    print(f"        no picture of {name}: {why}", flush=True)
