"""The built program's pages in a headless Chromium. See `run`."""

import sys

from playwright.sync_api import Error

import api_pages
import dashboard_pages
import dashboard_rounds
import dashboard_work
from community import running
from picture import picture
from report import Report
from scenes import Stage, people
from watched import browser


PARTS = {
    "api": (api_pages.consent, api_pages.overview, api_pages.redoc),
    "dashboard": (
        dashboard_rounds.rounds, dashboard_pages.reading, dashboard_pages.elsewhere, dashboard_pages.refreshing, dashboard_pages.foreign,
        dashboard_work.conflicts, dashboard_work.refusals, dashboard_rounds.removals, dashboard_work.clients),
}


def check(program, chromium, names):
    report = Report()
    with running(program) as community, browser(chromium, [community.local, community.admin, community.far]) as watched:
        people(community)
        stage = Stage(community)
        for part in (part for name in names for part in PARTS[name]):
            try:
                part(stage, watched, report)
            except Error as error:
                # A page that is not as it was thought to be costs what was to come of its part.
                report.true(part.__name__, False, error)
        report.section("Of all pages")
        report.none("nothing was said on the console", watched.errors)
        report.none(f"of {watched.asked} requests none went elsewhere", watched.elsewhere)
    print(f"\nweb: {report.passed} passed, {report.failed} failed")
    return 1 if report.failed or not report.passed else 0


def main():
    program, chromium, *rest = sys.argv[1:]
    command, more = (rest or ["check"])[0], rest[1:]
    if command == "check" and set(more) <= set(PARTS):
        sys.exit(check(program, chromium, more or list(PARTS)))
    if command == "picture" and len(more) == 1:
        sys.exit(picture(program, chromium, more[0]))
    sys.exit("web: check [api] [dashboard], or picture FILE")


main()
