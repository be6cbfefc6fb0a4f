/// The script of the dashboard's pages. All of them work without it.
enum DashboardScript {
  /// Every ten seconds the page is asked for again, and its parts that say so (`data-refresh`) are replaced by what they are by then: not
  /// those in which somebody is at work.
  static let text = """
    "use strict";
    (() => {
      const pause = 10000;
      const stale = document.getElementById("stale");
      const parts = () => document.querySelectorAll("[data-refresh][id]");

      const isUsed = (part) => {
        const chosen = document.getSelection();
        return part.contains(document.activeElement) || part.querySelector(":active") !== null
          || (chosen !== null && !chosen.isCollapsed && part.contains(chosen.anchorNode));
      };

      const replace = (part, fresh) => {
        const [before, after] = [part.querySelectorAll("details"), fresh.querySelectorAll("details")];
        before.forEach((one, index) => { if (one.open && after[index]) after[index].open = true; });
        part.replaceWith(document.adoptNode(fresh));
      };

      const refresh = async () => {
        if (document.hidden || parts().length === 0) return;
        const answer = await fetch(location.href, {
          headers: { "Dashboard-Refresh": "1" }, credentials: "same-origin", cache: "no-store",
          signal: AbortSignal.timeout(pause),
        });
        // The session is over.
        if (answer.status === 403) { location.reload(); return; }
        // What was shown answers a form: nothing is newer.
        if (answer.status === 405) return;
        if (!answer.ok) throw new Error(String(answer.status));
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const part of parts()) {
          const fresh = page.getElementById(part.id);
          if (fresh !== null && !isUsed(part)) replace(part, fresh);
        }
      };

      const turn = async () => {
        try {
          await refresh();
          stale.hidden = true;
        } catch {
          stale.hidden = false;
        }
        setTimeout(turn, pause);
      };
      setTimeout(turn, pause);
    })();

    """
}
