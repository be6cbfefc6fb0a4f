/// The style of the dashboard's pages, from 360 to 1,920 pixels, light and dark. Text has a contrast of 4.5 to 1 at least with what is
/// behind it, and what is worked with one of 3 to 1 (WCAG 2.2, 1.4.3 and 1.4.11).
enum DashboardStyle {
  static let text = colours + frame + controls + tables + figures + pages

  private static let colours = """
    :root {
      color-scheme: light dark;
      --back: #f6f8fa; --sheet: #ffffff; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --edge: #7d8590;
      --accent: #0b5cad; --on-accent: #ffffff; --good: #1a6b33; --bad: #a82018; --bad-back: #ffebe9; --good-back: #dff5e5;
      --mark-old: #ffd7d5; --mark-new: #ccf3d6;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --back: #14171a; --sheet: #1d2125; --ink: #e6e9ec; --soft: #a3abb3; --line: #363d44; --edge: #7d8590;
        --accent: #7cb7ff; --on-accent: #0b1420; --good: #7ddc98; --bad: #ff9a92; --bad-back: #46201d; --good-back: #173622;
        --mark-old: #67302b; --mark-new: #1f5230;
      }
    }

    """

  private static let frame = """
    *, *::before, *::after { box-sizing: border-box }
    [hidden] { display: none !important }
    html { font: 1rem/1.5 system-ui, sans-serif; background: var(--back); color: var(--ink) }
    body { margin: 0; overflow-wrap: anywhere }
    a { color: var(--accent) }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
    main:focus { outline: none }
    .muted { color: var(--soft) }
    .good { color: var(--good) }
    .bad { color: var(--bad) }
    .skip { position: absolute; left: -100rem; background: var(--sheet); padding: .5rem 1rem }
    .skip:focus { left: .5rem; top: .5rem; z-index: 1 }
    header.frame {
      display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1.5rem; padding: .5rem 1rem;
      background: var(--sheet); border-bottom: 1px solid var(--line);
    }
    .mark { font-weight: 600; margin: 0 }
    nav { flex: 1 1 20rem }
    nav ul { display: flex; flex-wrap: wrap; gap: .25rem; margin: 0; padding: 0; list-style: none }
    nav a { display: block; padding: .375rem .625rem; border-radius: .375rem; text-decoration: none }
    nav a:hover { text-decoration: underline }
    nav a[aria-current] { background: var(--accent); color: var(--on-accent) }
    main { max-width: 100rem; margin: 0 auto; padding: 1rem }
    h1 { font-size: 1.5rem; line-height: 1.25; margin: .5rem 0 1rem }
    h2 { font-size: 1.125rem; line-height: 1.25; margin: 0 0 .75rem }
    h3 { font-size: 1rem; margin: 1rem 0 .5rem }
    section {
      background: var(--sheet); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; margin: 0 0 1rem;
    }
    p, ul, dl { margin: 0 0 .75rem }
    section > :last-child { margin-bottom: 0 }
    .pair { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)) }
    .notice { padding: .5rem .75rem; border-left: .25rem solid var(--edge); background: var(--sheet) }
    .notice.done { border-color: var(--good); background: var(--good-back) }
    .notice.failed { border-color: var(--bad); background: var(--bad-back) }
    code, pre { font-family: ui-monospace, monospace; font-size: .9375em }
    pre { white-space: pre-wrap; margin: 0 0 .75rem }

    """

  private static let controls = """
    form { margin: 0 0 .75rem }
    .row { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center }
    .row form, .leave { margin: 0 }
    button, .button {
      font: inherit; padding: .375rem .875rem; min-height: 2.25rem; cursor: pointer; border-radius: .375rem;
      border: 1px solid var(--accent); background: var(--accent); color: var(--on-accent);
    }
    button.plain { background: var(--sheet); color: var(--ink); border-color: var(--edge) }
    button.risky { background: var(--sheet); color: var(--bad); border-color: var(--bad) }
    button:hover { text-decoration: underline }
    label { display: block; margin: 0 0 .75rem }
    label.inline { display: inline-flex; gap: .5rem; align-items: center; margin: 0 1rem .5rem 0 }
    input:not([type=checkbox], [type=radio], [type=hidden]), select, textarea {
      display: block; width: 100%; max-width: 40rem; font: inherit; padding: .375rem .5rem; color: var(--ink);
      background: var(--back); border: 1px solid var(--edge); border-radius: .375rem;
    }
    textarea { min-height: 12rem; font-family: ui-monospace, monospace; font-size: .875rem; max-width: none }
    .sign-in { max-width: 24rem }
    summary { cursor: pointer; padding: .25rem 0 }
    details > :not(summary) { margin-top: .5rem }
    del { background: var(--mark-old); color: var(--ink); text-decoration: line-through }
    ins { background: var(--mark-new); color: var(--ink); text-decoration: underline }
    @media (prefers-reduced-motion: no-preference) {
      a, button { transition: background-color .15s, color .15s }
    }

    """

  private static let tables = """
    table { width: 100%; border-collapse: collapse; font-size: .9375rem }
    caption { text-align: left; color: var(--soft); padding: 0 0 .5rem }
    th, td { text-align: left; vertical-align: top; padding: .375rem .75rem .375rem 0; border-top: 1px solid var(--line) }
    thead th { border-top: 0; color: var(--soft); font-weight: 600 }
    tbody th { font-weight: 600 }
    .number { text-align: right; font-variant-numeric: tabular-nums }
    .number, thead th { overflow-wrap: normal }
    @media (max-width: 56rem) {
      table, caption, tbody, tr, th, td { display: block }
      thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
      tr { border-top: 1px solid var(--line); padding: .5rem 0 }
      th, td { border: 0; padding: .125rem 0 }
      .number { text-align: left }
      td[data-label] { display: grid; grid-template-columns: 8.5rem minmax(0, 1fr); gap: .5rem }
      td[data-label]::before { content: attr(data-label); color: var(--soft) }
    }

    """

  private static let figures = """
    .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.75rem, 1fr)); gap: .75rem 1rem }
    .figures div { border-left: .1875rem solid var(--line); padding-left: .75rem }
    .figures div.bad { border-color: var(--bad) }
    .figures dt { color: var(--soft); font-size: .875rem }
    .figures dd { margin: 0; font-size: 1.25rem; font-weight: 600; font-variant-numeric: tabular-nums }
    figure { margin: 0 }
    figcaption { font-weight: 600; margin: 0 0 .25rem }
    .chart svg { display: block; width: 100%; height: 8rem; border-bottom: 1px solid var(--edge) }
    .chart .scale {
      display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 .75rem; margin: 0; color: var(--soft);
      font-size: .875rem; overflow-wrap: normal;
    }
    .chart .bar { fill: var(--accent) }
    .chart .bar.removed { fill: var(--bad) }
    .chart .line { fill: none; stroke: var(--accent); stroke-width: 2; vector-effect: non-scaling-stroke }
    .chart .key::before { content: "■ "; color: var(--accent) }
    .chart .key.removed::before { color: var(--bad) }

    """
}
