"""Who somebody is, and whether a token is good: ID tokens and PKCE by requests-oauthlib, and authlib as a server of resources.

Neither library has checks for servers of others; what their own servers check is asked of the mirror's answers.
"""

import json
import urllib.parse

import requests
from authlib.oauth2 import rfc9207
from authlib.oauth2.rfc6749 import ResourceProtector, errors as resource_errors
from authlib.oauth2.rfc6749.requests import OAuth2Request
from authlib.oauth2.rfc6750 import InsufficientScopeError, InvalidTokenError
from authlib.oauth2.rfc7662 import IntrospectTokenValidator
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oidc.core import CodeIDToken
from joserfc import errors as jose_errors
from joserfc import jwk, jwt
from oauthlib.oauth2 import MetadataEndpoint, RequestValidator, Server
from oauthlib.oauth2.rfc6749 import errors
from requests_oauthlib import OAuth2Session

from letting_in import VERIFIER, Person


def requests_oauthlib(demo, report):
    report.section("requests-oauthlib", "discovery, ID token, its renewal, plain challenges, introspection, revocation")
    provider = requests.get(demo.base + "/.well-known/openid-configuration", timeout=20).json()
    # A server of oauthlib that has every endpoint, with the mirror's metadata for its own; oauthlib demands TLS of it.
    secure = json.loads(json.dumps(provider).replace("http://", "https://"))
    report.equal("what oauthlib checks of its own servers' metadata, and would add",
                 MetadataEndpoint([Server(RequestValidator())], dict(secure)).claims, secure)
    person = Person(demo)

    def session(client, scope):
        return OAuth2Session(client.id, redirect_uri=client.redirect, scope=scope, pkce="S256")

    def claims(token, nonce=None):
        keys = jwk.KeySet.import_key_set(requests.get(provider["jwks_uri"], timeout=20).json())
        found = jwt.decode(token["id_token"], keys, algorithms=provider["id_token_signing_alg_values_supported"])
        told = CodeIDToken(found.claims, found.header, {
            "iss": {"value": provider["issuer"]}, "aud": {"value": demo.web.id}},
            {"nonce": nonce, "client_id": demo.web.id, "access_token": token["access_token"]})
        told.validate(leeway=5)
        return told

    client = session(demo.web, ["openid", "read"])
    url, _ = client.authorization_url(provider["authorization_endpoint"], nonce="interop")
    location, _ = person.answers(url, "allow")
    token = client.fetch_token(
        provider["token_endpoint"], authorization_response=location, client_secret=demo.web.secret)
    told = claims(token, "interop")
    report.equal("ID token: the user of the account", told["sub"], demo.subject)
    who = client.get(provider["userinfo_endpoint"]).json()
    report.equal("userinfo: the same", (who["sub"], who["preferred_username"]), (demo.subject, demo.member))
    report.raises("an ID token for another nonce", jose_errors.InvalidClaimError, lambda: claims(token, "another"))
    body, end = token["id_token"].rsplit(".", 1)
    report.raises("an ID token with another signature", jose_errors.BadSignatureError, lambda: claims(
        dict(token, id_token=f"{body}.{end[::-1]}")))
    renewed = client.refresh_token(
        provider["token_endpoint"], client_id=demo.web.id, client_secret=demo.web.secret)
    again = claims(renewed)
    # OpenID Connect Core, 12.2.
    report.equal("ID token of a refresh: the same issuer, person and client",
                 [again[name] for name in ("iss", "sub", "aud")], [told[name] for name in ("iss", "sub", "aud")])

    def introspected(text):
        return client.post(provider["introspection_endpoint"], data={"token": text}, withhold_token=True,
                           auth=(demo.web.id, demo.web.secret)).json()

    for kind in ("access_token", "refresh_token"):
        found = introspected(renewed[kind])
        report.equal(f"introspection, {kind}", [found.get(name) for name in ("active", "client_id", "username")],
                     [True, demo.web.id, demo.username])
    report.equal("introspection of the refresh token that was replaced",
                 introspected(token["refresh_token"]), {"active": False})
    client.post(provider["revocation_endpoint"], data={"token": renewed["access_token"]}, withhold_token=True,
                auth=(demo.web.id, demo.web.secret))
    for kind in ("access_token", "refresh_token"):
        report.equal(f"introspection of what was revoked, {kind}", introspected(renewed[kind]), {"active": False})

    # oauthlib sends no challenge at all for pkce="plain", so it is given to it.
    def plain(client):
        made = OAuth2Session(client.id, redirect_uri=client.redirect, scope=["read"])
        url, _ = made.authorization_url(demo.authorize_url, code_challenge=VERIFIER, code_challenge_method="plain")
        return made, person.answers(url, "allow")[0]

    made, location = plain(demo.old)
    report.equal("a plain challenge, where the client may", made.fetch_token(
        demo.token_url, authorization_response=location, client_secret=demo.old.secret,
        code_verifier=VERIFIER)["token_type"], "Bearer")
    _, location = plain(demo.web)
    answer = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))
    report.equal("a plain challenge, where it may not", (answer.get("error"), "code" in answer), ("invalid_request", False))
    url, _ = session(demo.web, ["read"]).authorization_url(demo.authorize_url)
    location, _ = person.answers(url, "allow")
    report.raises("a challenge, and no verifier", errors.OAuth2Error, lambda: OAuth2Session(
        demo.web.id, redirect_uri=demo.web.redirect, scope=["read"]).fetch_token(
            demo.token_url, code=location.split("code=")[1].split("&")[0], client_secret=demo.web.secret),
        "invalid_request")
    for what, scope, kind in (("a scope that nobody has", ["nothing"], errors.InvalidScopeError),
                              ("more than the client has", ["read", "*"], errors.InvalidScopeError)):
        url, _ = session(demo.web, scope).authorization_url(demo.authorize_url)
        report.raises(what, kind, lambda: session(demo.web, scope).fetch_token(
            demo.token_url, authorization_response=person.answers(url, "allow")[0]))


class Introspecting(IntrospectTokenValidator):
    """authlib's own way to find out about a token (RFC 7662)."""

    def __init__(self, demo):
        super().__init__()
        self.demo = demo

    def introspect_token(self, token_string):
        answer = requests.post(self.demo.base + "/oauth/introspect", data={"token": token_string}, timeout=20,
                               auth=(self.demo.web.id, self.demo.web.secret))
        answer.raise_for_status()
        return answer.json()


def authlib(demo, report):
    report.section("authlib", "a server of resources that asks the mirror about tokens; metadata of further standards")
    metadata = AuthorizationServerMetadata(requests.get(
        demo.base + "/.well-known/oauth-authorization-server", timeout=20).json())
    report.equal("RFC 9207: authlib's own check", metadata.validate(
        metadata_classes=[rfc9207.AuthorizationServerMetadata]), None)

    protector = ResourceProtector()
    protector.register_token_validator(Introspecting(demo))

    def admitted(text, *scopes):
        request = OAuth2Request("GET", demo.base + "/", headers={"Authorization": text} if text else {})
        return protector.validate_request(list(scopes), request)["client_id"]

    def token(client, scope):
        person = Person(demo)
        session = OAuth2Session(client.id, redirect_uri=client.redirect, scope=scope, pkce="S256")
        url, _ = session.authorization_url(demo.authorize_url)
        return session.fetch_token(demo.token_url, authorization_response=person.answers(url, "allow")[0],
                                   client_secret=client.secret)["access_token"]

    own, other = token(demo.web, ["read"]), token(demo.old, ["read"])
    report.equal("a good token is let in", admitted(f"Bearer {own}", "read"), demo.web.id)
    report.raises("one without the scope", InsufficientScopeError, lambda: admitted(f"Bearer {own}", "write"))
    report.raises("one of another client", InvalidTokenError, lambda: admitted(f"Bearer {other}", "read"))
    report.raises("no token", resource_errors.MissingAuthorizationError, lambda: admitted(None, "read"))
    report.raises("a token that is none", InvalidTokenError, lambda: admitted("Bearer a.b.c", "read"))
    requests.post(demo.base + "/oauth/revoke", data={"token": own}, auth=(demo.web.id, demo.web.secret), timeout=20)
    report.raises("one that was revoked", InvalidTokenError, lambda: admitted(f"Bearer {own}", "read"))
