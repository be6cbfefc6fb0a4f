"""Signs in to the demo's local API and reads from it with four clients, and compares with the database and each other; then makes a
client of the API's description, and reads and writes with that.

Usage: interop.py PROGRAM. Ends with 1 on any difference.
"""

import os
import sys

import demo
import described
import letting_in
import proving
import reading
import report
import signing_in

# Loopback needs neither TLS nor a proxy.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"


def main(program):
    outcome = report.Report()
    with demo.running(program) as mirror:
        print(f"{program} demo: the local API is at {mirror.base}")
        token = signing_in.requests_oauthlib(mirror, outcome)
        signing_in.authlib(mirror, outcome)
        letting_in.requests_oauthlib(mirror, outcome)
        letting_in.authlib(mirror, outcome)
        proving.requests_oauthlib(mirror, outcome)
        proving.authlib(mirror, outcome)
        pages = reading.with_jsonapi_client(mirror, token, outcome)
        reading.with_jsonapi_requests(mirror, token, outcome, pages)
        described.with_description(mirror, token, outcome)
    return outcome.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
