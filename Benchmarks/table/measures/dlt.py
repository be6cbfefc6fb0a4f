"""The same pull by dlt, which brings sites into databases for whoever asks for nothing else."""

import time

from ..community import count, start_site
from ..frame import Fault, LeftOut, configure
from ..pulls import costs, site_token
from ..registry import measure
from ..rows import Row, at_least
from ..settings import HERE

VERSION = "1.31.0"


def python_with_dlt(run):
    """The interpreter of a virtual environment with dlt; it is made once, out of PyPI. Raises LeftOut where PyPI is away."""
    environment = HERE / f".build/dlt-{VERSION}"
    python = environment / "bin/python"
    try:
        if not (environment / "complete").exists():
            run.say(f"installing dlt {VERSION} from PyPI")
            run.frame.run(["python3", "-m", "venv", "--clear", environment])
            run.frame.run([python, "-m", "pip", "install", "--quiet", f"dlt[sqlalchemy]=={VERSION}"], seconds=600)
            (environment / "complete").touch()
    except Fault as fault:
        raise LeftOut(f"dlt {VERSION} cannot be installed: {fault}") from fault
    return python


@measure("dlt", f"the same pull by dlt {VERSION} (rest_api, JSON link paginator, SQLite)")
def dlt(run):
    python = python_with_dlt(run)
    # dlt is slow enough that a quick run takes fewer; both sides have the same.
    resources = run.settings.number("DLT_RESOURCES", 20_000, 2_000)
    references, subjects = [], []
    with start_site(run, resources) as site:
        for _ in range(1 if run.is_quick else run.repetitions):
            folder = run.frame.fast_folder("dlt")
            cost = costs(run, "sync", "--quiet", "--no-sweep", "--config", configure(folder, site.port))
            subjects.append(count(folder / "mirror.sqlite") / cost.seconds)
            begun = time.monotonic()
            said = run.frame.run(
                [python, HERE / "dlt-pull.py", site.url, site_token(site.url), folder / "dlt.sqlite", folder / "pipelines"],
                environment={"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"})
            rows = int(said.split()[-1])
            if rows < resources * 0.9:
                raise Fault(f"dlt brought {rows} of {resources} resources")
            references.append(rows / (time.monotonic() - begun))
            run.frame.remove(folder)
    yield Row(f"first pull of {resources:,} resources", f"dlt {VERSION} (rest_api, JSON link paginator, SQLite)", references, subjects,
              "resources/s", at_least(20), "both from the sample site, all types, the whole command, into memory; dlt without tables of nested values")
