"""The code flow: a person with a browser signs in and lets a client in; then refresh, revocation, introspection, discovery."""

import html.parser
import re
import urllib.parse

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oidc.core import CodeIDToken, UserInfo
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url
from joserfc import jwk, jwt
from oauthlib.oauth2 import WebApplicationClient
from oauthlib.oauth2.rfc6749 import errors
from requests_oauthlib import OAuth2Session

# 43 to 128 characters (RFC 7636, 4.1).
VERIFIER = "a-verifier-of-interop-that-is-long-enough-for-it"


class Person:
    """Somebody with a browser that knows forms and cookies, and no script."""

    def __init__(self, demo):
        self.browser = requests.Session()
        self.browser.headers["Accept"] = "text/html"
        self.name, self.password = demo.username, demo.password

    def answers(self, url, decision, remember=False):
        """Goes through the pages that come. Returns the address that the client is given, and how many forms it took."""
        sent = 0
        answer = self.browser.get(url, allow_redirects=False, timeout=20)
        while sent < 5:
            if answer.is_redirect:
                target = urllib.parse.urljoin(answer.url, answer.headers["Location"])
                if urllib.parse.urlsplit(target).netloc != urllib.parse.urlsplit(url).netloc:
                    return target, sent
                answer = self.browser.get(target, allow_redirects=False, timeout=20)
                continue
            form = Forms(answer.text).first(answer.url)
            if form is None:
                raise LookupError(f"{answer.status_code}, and no form: {answer.text[:300]}")
            action, fields = form
            if fields["step"] == "sign-in":
                fields |= {"name": self.name, "password": self.password}
            else:
                fields |= {"answer": decision} | ({"remember": "1"} if remember else {})
            sent += 1
            answer = self.browser.post(action, data=fields, allow_redirects=False, timeout=20,
                                       headers={"Origin": url.split("/oauth")[0]})
        raise LookupError(f"five forms, and no end: {answer.text[:300]}")


class Forms(html.parser.HTMLParser):
    """The forms of a page, with their hidden fields."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.found.append((given["action"], {}))
        elif tag == "input" and given.get("type") == "hidden" and self.found:
            self.found[-1][1][given["name"]] = given["value"]

    def first(self, url):
        return (urllib.parse.urljoin(url, self.found[0][0]), self.found[0][1]) if self.found else None


def requests_oauthlib(demo, report):
    report.section("requests-oauthlib", "authorization code with PKCE, consents, refusals, revocation")
    person = Person(demo)

    def session(**more):
        return OAuth2Session(demo.web.id, redirect_uri=demo.web.redirect, scope=["read", "write"], **more)

    for method, remember in (("S256", False), (None, True)):
        client = session(pkce=method)
        url, _ = client.authorization_url(demo.authorize_url)
        location, _ = person.answers(url, "allow", remember)
        token = client.fetch_token(
            demo.token_url, authorization_response=location, client_secret=demo.web.secret)
        report.equal(f"a code, PKCE {method}", (token["token_type"], "refresh_token" in token), ("Bearer", True))
        report.equal("GET /jsonapi with the token", client.get(demo.api).status_code, 200)
        report.raises("the code again", errors.InvalidGrantError, lambda: client.fetch_token(
            demo.token_url, authorization_response=location, client_secret=demo.web.secret), "invalid_grant")
        report.equal("which ends what it gave", client.get(demo.api + "/node/topic").status_code, 401)

    client = session(pkce="S256")
    url, _ = client.authorization_url(demo.authorize_url)
    location, forms = person.answers(url, "allow")
    report.equal("a consent that is remembered is not asked for again", forms, 0)
    first = client.fetch_token(demo.token_url, authorization_response=location, client_secret=demo.web.secret)
    second = client.refresh_token(demo.token_url, client_id=demo.web.id, client_secret=demo.web.secret)
    report.true("refresh gives another pair", second["refresh_token"] != first["refresh_token"])

    url, headers, body = WebApplicationClient(demo.web.id).prepare_token_revocation_request(
        demo.base + "/oauth/revoke", second["refresh_token"], token_type_hint="refresh_token")
    done = requests.post(url, data=body, headers=headers, auth=(demo.web.id, demo.web.secret), timeout=20)
    report.equal("revocation of the refresh token", done.status_code, 200)
    report.equal("GET with its access token", client.get(demo.api + "/node/topic").status_code, 401)

    client = session(pkce="S256")
    url, _ = client.authorization_url(demo.authorize_url, prompt="consent")
    location, _ = person.answers(url, "deny")
    report.raises("a person who denies it", errors.AccessDeniedError, lambda: client.fetch_token(
        demo.token_url, authorization_response=location, client_secret=demo.web.secret), "access_denied")
    location, _ = person.answers(url, "allow")
    report.raises("an answer to another request", errors.MismatchingStateError, lambda: session(state="other").fetch_token(
        demo.token_url, authorization_response=location, client_secret=demo.web.secret))
    client._code_verifier = VERIFIER
    report.raises("another verifier", errors.InvalidGrantError, lambda: client.fetch_token(
        demo.token_url, authorization_response=location, client_secret=demo.web.secret), "invalid_grant")
    url, _ = session().authorization_url(demo.authorize_url)
    elsewhere = re.sub(r"redirect_uri=[^&]*", "redirect_uri=https%3A%2F%2Felsewhere.example%2F", url)
    report.equal("a redirect elsewhere", requests.get(elsewhere, allow_redirects=False, timeout=20).status_code, 401)


def authlib(demo, report):
    report.section("authlib", "discovery, authorization code of a public client, ID token, revocation, introspection")
    server = AuthorizationServerMetadata(requests.get(
        demo.base + "/.well-known/oauth-authorization-server", timeout=20).json())
    provider = OpenIDProviderMetadata(requests.get(
        get_well_known_url(demo.base, external=True), timeout=20).json())
    for name, metadata in (("RFC 8414", server), ("OpenID Connect Discovery", provider)):
        report.equal(f"{name}: authlib's own check", metadata.validate(), None)
        report.equal(f"{name}: issuer", metadata["issuer"], demo.base)

    person = Person(demo)
    # Whatever port is free (RFC 8252, 7.3).
    redirect = demo.app.redirect.replace("127.0.0.1", "127.0.0.1:49152")
    client = AuthlibSession(
        demo.app.id, scope="openid read", redirect_uri=redirect, token_endpoint_auth_method="none",
        revocation_endpoint_auth_method="none", code_challenge_method="S256")
    url, state = client.create_authorization_url(
        server["authorization_endpoint"], code_verifier=VERIFIER, nonce="interop")
    location, _ = person.answers(url, "allow", remember=True)
    report.true("the person is sent to the port of the request", location.startswith(redirect))
    token = client.fetch_token(
        server["token_endpoint"], authorization_response=location, state=state, code_verifier=VERIFIER)
    report.equal("GET with the token", client.get(demo.api + "/user/user").status_code, 200)

    keys = jwk.KeySet.import_key_set(requests.get(server["jwks_uri"], timeout=20).json())
    found = jwt.decode(token["id_token"], keys, algorithms=["RS256"])
    claims = CodeIDToken(found.claims, found.header, {
        "iss": {"value": demo.base}, "aud": {"value": demo.app.id}}, {"nonce": "interop", "client_id": demo.app.id})
    report.equal("ID token: authlib's own check", claims.validate(leeway=5), None)
    told = UserInfo(client.get(provider["userinfo_endpoint"]).json())
    report.equal("ID token: the sub of userinfo", claims["sub"], told["sub"])

    renewed = client.refresh_token(server["token_endpoint"], refresh_token=token["refresh_token"])
    report.true("refresh gives another pair", renewed["access_token"] != token["access_token"])
    _, forms = person.answers(url, "allow")
    report.equal("a public client on loopback is asked for each time", forms, 1)
    client.revoke_token(server["revocation_endpoint"], token=renewed["access_token"])
    report.equal("GET with a token that was revoked", client.get(demo.api + "/user/user").status_code, 401)

    bare = AuthlibSession(demo.app.id, scope="read", redirect_uri=redirect, token_endpoint_auth_method="none")
    url, _ = bare.create_authorization_url(server["authorization_endpoint"])
    location, _ = person.answers(url, "allow")
    report.raises("a public client without PKCE", OAuthError, lambda: bare.fetch_token(
        server["token_endpoint"], authorization_response=refused(location), state=None), "invalid_request")

    for method in ("client_secret_basic", "client_secret_post"):
        client = AuthlibSession(
            demo.web.id, demo.web.secret, scope="read", redirect_uri=demo.web.redirect,
            token_endpoint_auth_method=method, revocation_endpoint_auth_method=method)
        url, state = client.create_authorization_url(server["authorization_endpoint"])
        location, _ = person.answers(url, "allow")
        token = client.fetch_token(server["token_endpoint"], authorization_response=location, state=state)
        report.equal(f"a code, {method}", client.get(demo.api + "/user/user").status_code, 200)
        told = client.introspect_token(server["introspection_endpoint"], token=token["access_token"]).json()
        report.equal("introspection", [told.get(name) for name in ("active", "client_id", "username", "scope")],
                     [True, demo.web.id, demo.username, "read"])
        client.revoke_token(server["revocation_endpoint"], token=token["access_token"])
        told = client.introspect_token(server["introspection_endpoint"], token=token["access_token"]).json()
        report.equal("introspection of what was revoked", told, {"active": False})


def refused(location):
    """The error that a client finds in the address it is given; authlib's sessions leave that to their users."""
    fields = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))
    if "error" in fields:
        raise OAuthError(error=fields["error"], description=fields.get("error_description"))
    return location
