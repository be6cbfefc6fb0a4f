/// Something that some sites do and the recorded one does not. Each is a switch of its own, so that they combine:
/// `SampleSiteSettings.habits`, and `demo --habit NAME`.
package enum Habit: String, Sendable, CaseIterable {
  /// A page has fewer rows than were asked for, `next` follows (jsonapi_page_limit).
  case cappedPages = "capped-pages"
  /// The API stands behind a language, `/en/jsonapi`; `/jsonapi` redirects there.
  case languagePrefix = "language-prefix"
  /// The API answers at `/jsonapi` and links `/en/jsonapi`.
  case languageLinks = "language-links"
  /// The API stands at `/api`, and nothing at `/jsonapi` (jsonapi_extras).
  case apiPrefix = "api-prefix"
  /// The API stands at `/api`; `/jsonapi` redirects there.
  case apiRedirect = "api-redirect"
  /// The site is at `/community` of its host.
  case subPath = "sub-path"
  /// Links name another host than the one that was asked, as behind a proxy.
  case foreignHosts = "foreign-hosts"
  /// Some resource types have other names and paths (jsonapi_extras).
  case renamedTypes = "renamed-types"
  /// `changed`, `created` and the serial numbers have other names (jsonapi_extras).
  case renamedFields = "renamed-fields"
  /// Group 3: `group_relationship--…` in the place of `group_content--…`.
  case group3 = "group-3"
  /// The site keeps answers until what they show is saved, and sends them with the `Date` of when they were made: also one that was
  /// made within the second of a save.
  case dynamicCache = "dynamic-cache"
  /// A cache in front of the site answers reads for a while with what it has, with an `Age`, whatever a request says.
  case pageCache = "page-cache"
  /// JSON:API is set to reading only, as on every fresh site.
  case readOnly = "read-only"
  /// The site's own code fails whenever something is to be put into a group.
  case failingCreations = "failing-creations"
  /// Ids that are no UUIDs.
  case oddIDs = "odd-ids"
  /// Resources that no client can use.
  case brokenRows = "broken-rows"
  /// Attributes in another order from read to read: the site's cache keeps the order in which somebody asked for them.
  case reorderedAttributes = "reordered-attributes"
  /// Files have addresses of all forms: without a scheme, absolute, relative, on another host, with raw spaces,
  /// letters outside ASCII and a lonely percent sign, with a fragment.
  case oddFileAddresses = "odd-file-addresses"
  /// Text comes compressed, although it was asked for as it is.
  case compressedFiles = "compressed-files"
  /// Some files come with 200 and nothing.
  case emptyFiles = "empty-files"
  /// Some files are gone from the disk: 404.
  case lostFiles = "lost-files"
  /// Contents are replaced after they were fetched once, and nothing is saved.
  case replacedFiles = "replaced-files"
  /// Some rows make every page that holds them fail with 500.
  case poison
  /// Pages over some rows are too much for the site: 502, cut off, or too late.
  case heavyPages = "heavy-pages"
  /// Some types have no `changed`.
  case noChanged = "no-changed"
  /// Some types have no serial number.
  case noSerialNumber = "no-serial-number"
  /// The account sees fewer members of resources than it might (`habits` is set while the site runs).
  case shrinkingRights = "shrinking-rights"
  /// The account may not filter some types; the permission comes when the habit is taken off.
  case growingRights = "growing-rights"
  /// A web server in front asks for HTTP Basic credentials.
  case basicDoor = "basic-door"
  /// A firewall answers with a page of its own.
  case firewallPage = "firewall-page"
  /// The site is in maintenance mode.
  case maintenance
  /// Many resources have translations with times of their own (reference 1.7, 6.2).
  case translations
  /// Now and then resources are imported with last year's `changed` (reference 6.2).
  case oldImports = "old-imports"
}
