"""What holds of every page: whoever looks at it, on whatever screen, with whatever hands."""

from axe_playwright_python.sync_playwright import Axe

from watched import WIDTHS, shot

AXE = Axe()
GRAVE = ("serious", "critical")
# What the keyboard has to reach; of a group of radio buttons one, which the arrows leave.
REACHED = """() => {
  const groups = new Set();
  return [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter(element => {
    if (element.tabIndex < 0 || element.disabled || element.type === "hidden" || !element.checkVisibility({visibilityProperty: true}))
      return false;
    if (element.type !== "radio") return true;
    const group = `${element.form?.action} ${element.name}`;
    return !groups.has(group) && !!groups.add(group);
  }).map((element, number) => { element.dataset.testStop = number; return element.outerHTML.slice(0, 120); });
}"""
# Where the focus is, and whether it shows: by an outline or a shadow that is not there without it.
FOCUSED = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const drawn = () => { const style = getComputedStyle(element); return [style.outlineStyle, style.outlineWidth, style.boxShadow].join(" "); };
  const style = getComputedStyle(element);
  const seen = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  const box = element.getBoundingClientRect();
  const group = element.type === "radio" ? document.getElementsByName(element.name) : [element];
  return {stops: [...group].map(one => one.dataset.testStop).filter(Boolean), seen,
          within: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
          text: element.outerHTML.slice(0, 120)};
}"""
MOVING = """() => [...document.querySelectorAll("*")].filter(element => {
  const style = getComputedStyle(element), longest = text => Math.max(...text.split(",").map(parseFloat));
  return longest(style.transitionDuration) > 0.01 || (style.animationName !== "none" && longest(style.animationDuration) > 0.01)
    || style.scrollBehavior === "smooth";
}).map(element => element.outerHTML.slice(0, 80))"""


def findings(page, options=None):
    """What axe-core finds: (grave, others), each a line."""
    grave, others = [], []
    for violation in AXE.run(page, options=options or {"resultTypes": ["violations"]}).response["violations"]:
        for node in violation["nodes"]:
            text = f"{violation['id']} ({node['impact'] or violation['impact']}) {node['target']}: {node['html'][:100]}"
            (grave if (node["impact"] or violation["impact"]) in GRAVE else others).append(text)
    return grave, others


def settled(page):
    """Waits until nothing moves any more: colours that change take their time, too."""
    page.evaluate("Promise.allSettled(document.getAnimations().map(one => one.finished)).then(() => null)")


def colours(report, page, name):
    """In light and in dark, no grave finding; what else there is is told. A picture of each."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        settled(page)
        grave, others = findings(page)
        report.none(f"{name}: nothing grave for axe-core, {scheme}", grave)
        for rule in sorted({other.split(" [")[0] for other in others}):
            alike = [other for other in others if other.startswith(rule)]
            print(f"        {len(alike)} of {alike[0]}")
        shot(page, f"{name.replace(' ', '-')}-{scheme}")
    page.emulate_media(color_scheme="light")
    settled(page)


def widths(report, page, name):
    """Nothing is wider than the screen, from a phone's to a desk's."""
    before = page.viewport_size
    for width, height in WIDTHS.values():
        page.set_viewport_size({"width": width, "height": height})
        wide = page.evaluate("document.documentElement.scrollWidth")
        report.true(f"{name}: fits into {width} px", wide <= width, f"is {wide} px wide")
        if width == WIDTHS["narrow"][0]:
            shot(page, f"{name.replace(' ', '-')}-narrow")
    page.set_viewport_size(before)


def keyboard(report, page, name):
    """The tab key reaches everything that can be used, and shows where it is."""
    # Where the tab key goes on from: the page's beginning, whatever was clicked before.
    page.evaluate("document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex'); scrollTo(0, 0)")
    wanted = page.evaluate(REACHED)
    found, unseen = set(), []
    for _ in range(len(wanted) + 10):
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUSED)
        if here is None or found.issuperset(here["stops"]) and here["stops"]:
            break
        found.update(here["stops"])
        if not (here["seen"] and here["within"]):
            unseen.append(here["text"])
    missing = [text for number, text in enumerate(wanted) if str(number) not in found]
    report.none(f"{name}: the keyboard reaches all {len(wanted)} controls", missing)
    report.none(f"{name}: the focus shows", unseen)


def stillness(report, page, name):
    """Nothing moves where that is not wanted."""
    page.emulate_media(reduced_motion="reduce")
    report.none(f"{name}: nothing moves with prefers-reduced-motion", page.evaluate(MOVING))
    page.emulate_media(reduced_motion="no-preference")


def looked_at(report, page, name):
    """All of it."""
    colours(report, page, name)
    widths(report, page, name)
    keyboard(report, page, name)
    stillness(report, page, name)
