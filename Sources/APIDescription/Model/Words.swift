/// What both forms of the description say.
enum Words {
  static let introduction = """
    The JSON:API of an Open Social site, served by its mirror: the same paths, parameters, documents and errors. Reads are answered \
    from the mirror; writes are recorded and sent to the site as soon as it is reached.

    - `Mirror-As-Of` says up to when the site is known, `Mirror-Pending` how many local changes in the answer have not arrived there.
    - Pages are full: at most 50 resources, and `links.next` while there are more.
    - `filter[FIELD]=VALUE` keeps the resources with this value; `filter[NAME][condition][path]`, `…[operator]` and `…[value]` compare \
    otherwise, and paths go through relationships (`uid.name`). Times are compared as seconds since 1970.
    - `sort=-changed,title`, `include=uid,field_files`, `fields[node--topic]=title,uid`, `page[offset]=50&page[limit]=50`.
    """

  static let introductionOfFilters =
    "Keeps some of the resources: `filter[FIELD]=VALUE`, or conditions and groups with names of their own."
  static let filter = "Keeps the resources whose field has this value."
  static let sort = "Fields by which to sort, with commas between them; a `-` before one turns it round."
  /// Names of fields begin with no digit; of a lone `0` the site says that there is nothing to sort by.
  static let sortPattern = "^-?[^-,\\s0-9][^-,\\s]*(,-?[^-,\\s0-9][^-,\\s]*)*$"
  static let offset = "How many resources to leave out."
  static let limit = "How many resources a page has at most."
  static let include =
    "Relationships whose targets come along in `included`, with commas between them; points lead further."
  static let includePattern = "^([^,\\s]+(,[^,\\s]+)*)?$"
  static let fields = "The attributes and relationships to be shown, with commas between them."
  static let known = "The tag of an answer that is known: 304 while it is still true."
  static let wait = "`wait=N`: for how many seconds to wait for the site's own answer."
  static let disposition = "The file's name: `file; filename=\"a.png\"`."
  static let dispositionPattern = "(^|[\\s;])filename=\"[^\"/]+\""
  static let asOf = "Up to when the site is known."
  static let pending = "How many local changes in the answer have not arrived at the site."
  static let tag = "Tells whether anything has changed."
  static let applied = "That the wait was done."

  /// What can be asked beside the types' own routes.
  static let routes: [(method: String, path: String, summary: String)] = [
    ("post", "/oauth/token", "An access token"),
    ("get", "/oauth/authorize", "The page on which a person lets a client in"),
    ("post", "/oauth/revoke", "Ends a token"),
    ("post", "/oauth/introspect", "What a token is good for"),
    ("get", "/oauth/userinfo", "Who is behind a token"),
    ("get", "/oauth/jwks", "The keys by which tokens are signed"),
    ("get", "/oauth/debug", "What is in a token"),
    ("get", "/.well-known/oauth-authorization-server", "Where the routes of OAuth are"),
    ("get", "/.well-known/openid-configuration", "Where the routes of OpenID Connect are"),
    ("get", "/openapi/jsonapi", "This API in OpenAPI 2.0"),
    ("get", "/mirror/openapi.json", "This API in OpenAPI 3.1"),
    ("get", "/mirror/search", "Resources by the words in them, the best first"),
    ("get", "/mirror/changes", "What has changed, in order; as events for who accepts text/event-stream"),
  ]
}
