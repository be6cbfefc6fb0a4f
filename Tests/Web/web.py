"""The built program's pages in a headless Chromium. See `run`."""

import sys

import api_pages
from community import running
from report import Report
from watched import browser


def check(program, chromium):
    report = Report()
    with running(program) as community, browser(chromium, [community.local, community.admin, community.far]) as watched:
        for part in (api_pages.all_pages,):
            part(community, watched, report)
            report.none("nothing was said on the console", watched.errors)
            report.none(f"of {watched.asked} requests none went elsewhere", watched.elsewhere)
    print(f"\nweb: {report.passed} passed, {report.failed} failed")
    return 1 if report.failed or not report.passed else 0


def main():
    program, chromium, *rest = sys.argv[1:]
    if rest in ([], ["check"]):
        sys.exit(check(program, chromium))
    sys.exit("web: check, or picture FILE")


main()
