"""Signing in with requests-oauthlib and authlib: the three grants, rotation, refusals."""

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import BackendApplicationClient, LegacyApplicationClient
from oauthlib.oauth2.rfc6749 import errors
from requests_oauthlib import OAuth2Session


def requests_oauthlib(demo, report):
    """Returns an access token."""
    report.section("requests-oauthlib", "password grant, refresh with rotation, client credentials")
    secrets = {"client_id": demo.client_id, "client_secret": demo.client_secret}
    session = OAuth2Session(client=LegacyApplicationClient(client_id=demo.client_id))
    first = session.fetch_token(
        demo.token_url, username=demo.username, password=demo.password, include_client_id=True, **secrets)
    report.equal("password grant", (first["token_type"], first["expires_in"]), ("Bearer", 300))
    report.equal("GET /jsonapi with the token", session.get(demo.api).status_code, 200)

    second = session.refresh_token(demo.token_url, **secrets)
    report.true("refresh gives another pair", second["access_token"] != first["access_token"]
                and second["refresh_token"] != first["refresh_token"])
    topics = demo.api + "/node/topic"
    report.equal("GET with the new token", session.get(topics).status_code, 200)
    old = OAuth2Session(demo.client_id, token=first)
    report.equal("GET with the token that was replaced", old.get(topics).status_code, 401)
    report.raises("the replaced refresh token again", errors.InvalidGrantError,
                  lambda: old.refresh_token(demo.token_url, **secrets), "The refresh token is invalid.")

    kept = []
    expired = OAuth2Session(
        demo.client_id, token=dict(second, expires_at=1), auto_refresh_url=demo.token_url,
        auto_refresh_kwargs=secrets, token_updater=kept.append)
    report.equal("GET with a token whose time is up refreshes by itself", expired.get(topics).status_code, 200)
    report.equal("and hands the new pair on", len(kept), 1)

    report.raises(
        "a wrong password", errors.InvalidGrantError,
        lambda: OAuth2Session(client=LegacyApplicationClient(client_id=demo.client_id)).fetch_token(
            demo.token_url, username=demo.username, password="wrong", include_client_id=True, **secrets),
        "The user credentials were incorrect.")
    report.raises(
        "a wrong client secret", errors.InvalidClientError,
        lambda: OAuth2Session(client=BackendApplicationClient(client_id=demo.client_id)).fetch_token(
            demo.token_url, client_id=demo.client_id, client_secret="wrong"), "Client authentication failed")
    backend = OAuth2Session(client=BackendApplicationClient(client_id=demo.client_id))
    token = backend.fetch_token(demo.token_url, **secrets)
    report.equal("client credentials: no refresh token", "refresh_token" in token, False)
    report.equal("GET with it", backend.get(topics).status_code, 200)
    return kept[0]["access_token"] if kept else token["access_token"]


def authlib(demo, report):
    report.section("authlib", "password grant, refresh with rotation, client credentials")
    for method in ("client_secret_basic", "client_secret_post"):
        session = AuthlibSession(demo.client_id, demo.client_secret, token_endpoint_auth_method=method)
        first = session.fetch_token(
            demo.token_url, username=demo.username, password=demo.password, grant_type="password")
        report.equal(f"password grant, {method}", (first["token_type"], first["expires_in"]), ("Bearer", 300))
        second = session.refresh_token(demo.token_url, refresh_token=first["refresh_token"])
        report.true("refresh gives another pair", second["access_token"] != first["access_token"]
                    and second["refresh_token"] != first["refresh_token"])
        report.equal("GET with the new token", session.get(demo.api + "/user/user").status_code, 200)
        report.raises(
            "the replaced refresh token again", OAuthError,
            lambda: session.refresh_token(demo.token_url, refresh_token=first["refresh_token"]), "invalid_grant")
        backend = AuthlibSession(demo.client_id, demo.client_secret, token_endpoint_auth_method=method)
        token = backend.fetch_token(demo.token_url, grant_type="client_credentials")
        report.equal(f"client credentials, {method}: no refresh token", "refresh_token" in token, False)
        report.equal("GET with it", backend.get(demo.api + "/user/user").status_code, 200)
    for name, user in ((demo.username, demo.member), ("nobody", demo.reader)):
        session.fetch_token(demo.token_url, username=name, password=demo.password, grant_type="password")
        claims = session.get(demo.base + "/oauth/userinfo").json()
        report.equal(f"GET /oauth/userinfo of the account {name} names its user", claims.get("preferred_username"), user)
    report.raises(
        "a wrong password", OAuthError,
        lambda: AuthlibSession(demo.client_id, demo.client_secret).fetch_token(
            demo.token_url, username=demo.username, password="wrong", grant_type="password"), "invalid_grant")
