"""A module for each kind of measure. Every module here is found by itself; `@measure` registers what it has.

    @measure("idle", "idle round over 28 types")            # name for ONLY, words of the table; needs_large=True, not_quick="why"
    def idle(run):
        mirror = run.mirrors.copy(run.settings.resources, run.frame.folder("idle"))   # or run.mirrors.small, .large, .of(n)
        with start_site(run, run.settings.resources) as site:                          # ..community
            configuration = configure(mirror.parent, site.port, mirror)                # ..frame
            references, subjects = alternate(
                run.repetitions, lambda: replay(run, site.url, requests, 1), lambda: timed(run, configuration))   # ..pulls: CurlReplay
        yield Row("idle round over 28 types", "28 plain libcurl requests", references, subjects, "s", at_most(1.3), "a remark")

A row's ratio is subject by reference; without a reference the subject itself is held against the goal. `yield Lines(…)` draws. Raise
`Fault` for what cannot be had, `LeftOut` for what is not measured here. Processes by `run.frame.start` end with the measure; folders of
`run.frame.folder` go with the run (`run.frame.remove` earlier, where they are large).
"""
