"""The built program's pages in a headless Chromium. See `run`."""

import sys

import api_pages
import dashboard_pages
import dashboard_rounds
import dashboard_work
from community import running
from picture import picture
from report import Report
from scenes import Stage, people
from watched import browser


def api(community, stage, watched, report):
    for part in (api_pages.consent, api_pages.overview, api_pages.redoc):
        part(community, watched, report)


def dashboard(community, stage, watched, report):
    people(community)
    dashboard_rounds.rounds(community, stage, watched, report)
    stage.conflict("an open one")
    stage.refused("Refused, to be seen")
    dashboard_pages.reading(community, watched, report)
    dashboard_pages.elsewhere(community, watched, report)
    dashboard_pages.refreshing(community, stage, watched, report)
    dashboard_pages.foreign(community, watched, report)
    dashboard_work.conflicts(community, stage, watched, report)
    dashboard_work.refusals(community, stage, watched, report)
    dashboard_rounds.removals(community, watched, report)
    dashboard_work.clients(community, watched, report)


PARTS = {"api": api, "dashboard": dashboard}


def check(program, chromium, names):
    report = Report()
    with running(program) as community, browser(chromium, [community.local, community.admin, community.far]) as watched:
        stage = Stage(community)
        for name in names:
            PARTS[name](community, stage, watched, report)
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
