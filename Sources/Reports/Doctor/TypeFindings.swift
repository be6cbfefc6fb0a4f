import Store
import SyncAgent

/// What there is to say of what the account is shown, type by type.
enum TypeFindings {
  /// All of it.
  static func all(_ site: SiteEvidence) -> [DoctorFinding] {
    guard !site.types.isEmpty else { return [] }
    return rights(site) + filters(site) + pages(site)
  }

  // MARK: Rights

  private static func rights(_ site: SiteEvidence) -> [DoctorFinding] {
    var found: [DoctorFinding] = []
    for type in site.types {
      if let failure = type.failure {
        let next = FailureFindings.finding(failure, at: site.base).next
        found.append(DoctorFinding(.warning, .rights, "\(type.type) cannot be read: \(failure.words)", next: next))
      } else if hidden(type) > 0 || isClosed(type) {
        found.append(hidden(of: type, at: site.base))
      }
    }
    let empty = site.types.filter { $0.failure == nil && $0.rows == 0 && !$0.hasMore }.map(\.type)
    if !empty.isEmpty {
      found.append(
        DoctorFinding(
          .note, .rights,
          "nothing is shown of \(empty.joined(separator: ", ")): there is none, or the site leaves it out without a word"
        ))
    }
    let closed = site.types.filter(isClosed)
    if closed.count > 1 {
      found.insert(
        DoctorFinding(
          .warning, .rights,
          "the account has few rights: of \(closed.count) of \(site.types.count) types it is shown nothing, labels alone, or less "
            + "than half; the mirror is the copy of what the account sees",
          next: "at \(site.base)/admin/people: give the account the role of a site manager; at "
            + "\(site.base)/admin/config/services/consumer: give the consumer that role or its scope"), at: 0)
    }
    if found.allSatisfy({ !$0.isToBeDone }) {
      found.append(DoctorFinding(.fine, .rights, "the account is shown what is newest of \(site.types.count) types"))
    }
    return found
  }

  private static func hidden(_ type: ShownType) -> Int { type.labels + type.omitted }
  private static func isClosed(_ type: ShownType) -> Bool {
    type.failure == nil && (hidden(type) > 0 && hidden(type) >= type.whole || type.rows == 0 && type.hasMore)
  }

  private static func hidden(of type: ShownType, at base: String) -> DoctorFinding {
    var parts: [String] = []
    if type.omitted > 0 { parts.append("\(type.omitted) left out") }
    if hidden(type) == 0 { parts.append("though more follow") }
    if type.labels > 0 { parts.append("\(type.labels) with their label alone") }
    let said = type.reasons.isEmpty ? "" : " (the site says: \(type.reasons.joined(separator: " ")))"
    let text =
      "\(type.type): of \(type.rows) resources \(type.whole) are shown, \(parts.joined(separator: ", "))\(said)"
    guard isClosed(type) else { return DoctorFinding(.note, .rights, text) }
    return DoctorFinding(
      .warning, .rights, text,
      next: "at \(base)/admin/people/permissions: give the account's role \(SitePermissions.toSee(type.entityType))")
  }

  // MARK: Filters

  private static func filters(_ site: SiteEvidence) -> [DoctorFinding] {
    var found: [DoctorFinding] = []
    for type in site.types {
      if let failure = type.filterFailure {
        found.append(
          DoctorFinding(
            .warning, .filters, "\(type.type): a filter fails: \(failure.words)",
            next: "on the site: drush watchdog:show --severity=Error tells why"))
        continue
      }
      switch type.filters {
      case .refused: found.append(refused(type, at: site.base))
      case .withoutChanged:
        found.append(
          DoctorFinding(.note, .filters, "\(type.type) shows no time of change: it is read whole at each sweep"))
      case .withoutSerialNumber:
        found.append(
          DoctorFinding(.note, .filters, "\(type.type) shows no serial number: it is read whole at each sweep"))
      case .work, nil: break
      }
    }
    if found.isEmpty { found.append(DoctorFinding(.fine, .filters, "filters show what is there")) }
    return found
  }

  private static func refused(_ type: ShownType, at base: String) -> DoctorFinding {
    // No permission opens these (reference 3.3).
    if type.entityType == "file", type.filtered > 0 {
      return DoctorFinding(
        .note, .filters,
        "\(type.type): filters leave out private files of others, on every site; they are found by sweeps")
    }
    let what = type.filtered == 0 ? "nothing" : "less than there is (\(type.filtered) of \(type.whole))"
    return DoctorFinding(
      .warning, .filters,
      "\(type.type): a filter silently shows \(what): the mirror does without, which takes more requests and finds some changes "
        + "at sweeps alone",
      next: "at \(base)/admin/people/permissions: give the account's role \(SitePermissions.toFilter(type.entityType))")
  }

  // MARK: Pages

  private static func pages(_ site: SiteEvidence) -> [DoctorFinding] {
    var found: [DoctorFinding] = []
    for type in site.types {
      guard let failure = type.tooMuch else { continue }
      found.append(
        DoctorFinding(
          .warning, .pages,
          "\(type.type): a page of \(site.pageSize) rows fails, one of \(type.rows) comes: the mirror asks for fewer, which takes "
            + "more requests (\(failure.words))",
          next:
            "on the site: drush watchdog:show --severity=Error tells why (PHP's memory_limit, max_execution_time); or lower "
            + "site.pageSize"))
    }
    let granted = site.types.filter { $0.hasMore && $0.tooMuch == nil }.map(\.rows).max()
    if let granted, granted < site.pageSize {
      found.append(
        DoctorFinding(
          .warning, .pages,
          "the site gives at most \(granted) rows of \(site.pageSize) that a page is asked for: reading takes "
            + "\((site.pageSize + max(1, granted) - 1) / max(1, granted)) times as many requests",
          next:
            "on the site: raise the limit of jsonapi_page_limit (or what else caps pages) to \(site.pageSize); or set "
            + "site.pageSize to \(max(1, granted)) where that is meant"))
    } else if let granted {
      found.append(DoctorFinding(.fine, .pages, "the site gives pages of \(granted) rows"))
    } else {
      found.append(
        DoctorFinding(.note, .pages, "no type has more than one page: how many rows the site gives is not known"))
    }
    if let slowest = site.types.max(by: { $0.milliseconds < $1.milliseconds }), slowest.failure == nil {
      let text = "the slowest page took \(slowest.milliseconds) ms (\(slowest.type), \(slowest.rows) rows)"
      let isSlow = slowest.milliseconds > TypeFindings.slowPage
      found.append(
        isSlow
          ? DoctorFinding(
            .warning, .pages, text,
            next: "lower site.pageSize, or raise site.timeoutSeconds; on the site: its slow query log")
          : DoctorFinding(.fine, .pages, text))
    }
    return found
  }

  /// Milliseconds: a third of what `site.timeoutSeconds` is by default.
  private static let slowPage: Int64 = 10_000
}
