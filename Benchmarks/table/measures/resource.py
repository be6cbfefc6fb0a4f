"""One resource by its id."""

from ..frame import alternate
from ..registry import measure
from ..rows import Row, at_least
from ..serving import serve, static
from ..targets import ever_different, topic_of_middle_size, topics_of_nearly_that_size


@measure("resource", "single resource by id, signed token, ever different ones")
def resource(run):
    mirror = run.mirrors.small
    uuid = topic_of_middle_size(mirror)
    targets = topics_of_nearly_that_size(mirror, uuid)
    target = f"/jsonapi/node/topic/{uuid}"
    with serve(run, mirror) as api:
        body = api.get(target)
        with static(run, body) as memory:
            script, environment = ever_different(run, targets)
            # The token of the program is sent to both: it is a part of what has to be read.
            memory.token = api.token
            references, subjects = alternate(
                run.repetitions, lambda: memory.load("/").rate, lambda: api.load("/", script=script, environment=environment).rate)
            yield Row(
                "single resource by id, signed token, ever different ones", "Hummingbird's static answer of that size", references,
                subjects, "requests/s", at_least(0.75),
                f"{len(body):,} bytes; {len(targets):,} topics of nearly that size in turn; Hummingbird in a process of its own, each server "
                "on the first core, wrk on the second")
            references, subjects = alternate(run.repetitions, lambda: memory.load("/").rate, lambda: api.load(target).rate)
            yield Row("the same one again and again", "the same", references, subjects, "requests/s")
