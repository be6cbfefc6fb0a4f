"""One row by datasette, which shows any SQLite file as JSON."""

from ..frame import Fault, LeftOut, alternate, free_port
from ..registry import measure
from ..rows import Row, at_least
from ..serving import SERVER_CORE, Server, serve
from ..settings import HERE, ROOT
from ..targets import ever_different, rows, topic_of_middle_size, topics_of_nearly_that_size

REQUIREMENTS = "datasette==0.65.5\n"
FIGURE = "one resource read"


def program(run):
    """datasette in a virtual environment that is made once, out of PyPI. Raises LeftOut where it cannot be had."""
    environment = HERE / ".build/datasette"
    listed = HERE / ".build/datasette.txt"
    listed.parent.mkdir(parents=True, exist_ok=True)
    listed.write_text(REQUIREMENTS)
    try:
        run.frame.run([ROOT / "tools/venv", environment, listed], seconds=600)
    except Fault as fault:
        raise LeftOut(f"{REQUIREMENTS.strip()} cannot be installed: {fault}") from fault
    return environment / "bin/datasette"


@measure("datasette", FIGURE)
def datasette(run):
    tool, folder, port = program(run), run.frame.folder("datasette"), free_port()
    mirror = run.mirrors.copy(run.settings.resources, folder)
    targets = topics_of_nearly_that_size(mirror, topic_of_middle_size(mirror))
    numbers = dict(rows(mirror, "SELECT uuid, resource FROM resources WHERE type = 'node--topic'"))
    same = [f"/mirror/resource/{numbers[target.rpartition('/')[2]]}.json" for target in targets]
    script, here = ever_different(run, targets)
    _, there = ever_different(run, same)
    running = run.frame.start([tool, "serve", mirror, "--port", port], name="datasette", core=SERVER_CORE)
    running.wait_line(r"Uvicorn running on", 60)
    with Server(run, running, f"http://127.0.0.1:{port}") as other, serve(run, mirror, folder) as api:
        sizes = len(other.get(same[0])), len(api.get(targets[0]))
        references, subjects = alternate(
            run.repetitions, lambda: other.load("/", script=script, environment=there).rate,
            lambda: api.load("/", script=script, environment=here).rate)
    yield Row(FIGURE, "datasette 0.65 reading the same row", references, subjects, "requests/s", at_least(20),
              f"ever different ones; each on the first core; datasette's answer has {sizes[0]:,} bytes, the program's {sizes[1]:,}")
