"""The picture of the dashboard for people who do not have it yet: of a sample community, some minutes old."""

import pathlib
import time

from community import running
from scenes import Stage
from watched import browser

# For so long the community goes on by itself before it is looked at.
SECONDS = 90


def picture(program, chromium, path):
    with running(program, changes=1, interval=10) as community, browser(chromium, [community.admin]) as watched:
        stage = Stage(community)
        stage.conflict("the date of the walk")
        stage.refused("Walk along the river, with a tag that is gone")
        time.sleep(SECONDS)
        with watched.visitor(viewport={"width": 1280, "height": 1100}, device_scale_factor=1) as page:
            page.goto(community.admin + "/")
            pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=path)
    if watched.errors or watched.elsewhere:
        raise SystemExit(f"web: {watched.errors} {watched.elsewhere}")
    print(f"web: {path}")
