"""For schemathesis, which runs it: a token that is renewed before it ends, and resources that are there in the place of most of those that
nobody has.
"""

import os
import random

import requests
import schemathesis

BASE = os.environ["DEMO_BASE"]
DICE = random.Random(7)


def new_token():
    form = {"grant_type": "client_credentials", "client_id": os.environ["DEMO_ID"], "client_secret": os.environ["DEMO_SECRET"], "scope": "read write"}
    return requests.post(BASE + "/oauth/token", data=form, timeout=30).json()["access_token"]


@schemathesis.auth(refresh_interval=200)
class Token:
    def get(self, case, context):
        return new_token()

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"


def resources():
    """Ids by the path of their collection."""
    signed_in = {"Authorization": f"Bearer {new_token()}"}
    links = requests.get(BASE + "/jsonapi", headers=signed_in, timeout=30).json()["links"]
    found = {}
    for name, link in links.items():
        if "--" in name:
            page = requests.get(link["href"] + "?page[limit]=20", headers=signed_in, timeout=30).json()
            found[link["href"].split("/jsonapi")[1] + "/"] = [one["id"] for one in page["data"]]
    return found


IDS = resources()


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.path_parameters and "entity" in case.path_parameters and DICE.random() < 0.75:
        path = case.operation.path.removeprefix("/jsonapi")
        ids = next((ids for place, ids in IDS.items() if path.startswith(place)), None)
        if ids:
            case.path_parameters["entity"] = DICE.choice(ids)
