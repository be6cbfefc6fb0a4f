extension Schema {
  /// Clients that people are sent on by (RFC 6749 section 4.1), what each may see, and people who are known by the site's word.
  /// Codes are kept by their digests, as refresh tokens are; `issued_token.code` is the code that a pair, and those that came of it
  /// by refreshing, go back to.
  static let authorizations = """
    ALTER TABLE consumer ADD COLUMN sight TEXT;
    ALTER TABLE consumer ADD COLUMN redirect_uris TEXT NOT NULL DEFAULT '';
    ALTER TABLE consumer ADD COLUMN plain_challenge INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE consumer ADD COLUMN access_token_seconds INTEGER;
    ALTER TABLE account ADD COLUMN sight TEXT;
    ALTER TABLE account ADD COLUMN from_site INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE account ADD COLUMN verified_at INTEGER;
    ALTER TABLE issued_token ADD COLUMN code TEXT;
    CREATE INDEX issued_token_by_code ON issued_token (code) WHERE code IS NOT NULL;
    CREATE TABLE authorization_code (
      hash TEXT PRIMARY KEY, consumer TEXT NOT NULL, account INTEGER NOT NULL, redirect_uri TEXT NOT NULL,
      names_redirect_uri INTEGER NOT NULL, scopes TEXT NOT NULL, challenge TEXT, challenge_method TEXT, nonce TEXT,
      issued INTEGER NOT NULL, expires INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
    CREATE INDEX authorization_code_by_expiry ON authorization_code (expires);
    CREATE TABLE consent (
      consumer TEXT NOT NULL, account INTEGER NOT NULL, scopes TEXT NOT NULL, given INTEGER NOT NULL,
      PRIMARY KEY (consumer, account)) STRICT, WITHOUT ROWID;
    """
}
