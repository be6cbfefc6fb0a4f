extension DashboardStyle {
  /// For pages with values beside each other, facts and longer forms.
  static let pages = """
    .words { display: block; white-space: pre-wrap }
    dl.facts { display: grid; grid-template-columns: minmax(7rem, max-content) minmax(0, 1fr); gap: .25rem 1rem }
    dl.facts dt { color: var(--soft) }
    dl.facts dd { margin: 0 }
    article { border-top: 1px solid var(--line); padding: .75rem 0 }
    article h3 { margin-top: 0 }
    fieldset { border: 1px solid var(--line); border-radius: .375rem; margin: 0 0 .75rem; max-width: 40rem }
    textarea.short { min-height: 5rem; max-width: 40rem }
    #facts h2::first-letter { text-transform: uppercase }
    @media (min-width: 56.01rem) {
      #fields table, #values table { table-layout: fixed }
      #fields th:first-child, #values th:first-child { width: 12rem }
    }
    #secret { user-select: all; font-size: 1.125rem }
    @media (max-width: 30rem) {
      dl.facts { grid-template-columns: minmax(0, 1fr); gap: 0 }
      dl.facts dd { margin: 0 0 .5rem }
    }

    """
}
