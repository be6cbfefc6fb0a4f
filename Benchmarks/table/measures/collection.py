"""Collections of 50: from memory, compressed, with few members, with what they lead to."""

from ..frame import Fault, alternate
from ..registry import measure
from ..rows import Row, at_least
from ..serving import serve, static
from ..targets import collections, ever_new

PAGE = "/jsonapi/node/topic?page[limit]=50"
GZIP = {"Accept-Encoding": "gzip"}


@measure("collection", "collection of 50, ever new URLs")
def collection(run):
    kinds = [("topics", PAGE), ("comments, which are small", "/jsonapi/comment/comment?page[limit]=50")]
    with serve(run, run.mirrors.small) as api:
        for name, target in kinds:
            body = api.get(target)
            with static(run, body) as memory:
                memory.token = api.token
                references, subjects = alternate(
                    run.repetitions, lambda: memory.load("/").rate, lambda: api.load(target, script=ever_new()).rate)
                yield Row(f"collection of 50, ever new URLs: {name}", "the same bytes from memory (Hummingbird)", references, subjects,
                          "requests/s", at_least(0.70), f"{len(body):,} bytes")
                references, subjects = alternate(run.repetitions, lambda: memory.load("/").rate, lambda: api.load(target).rate)
                yield Row(f"the same page again and again: {name}", "the same", references, subjects, "requests/s")


@measure("gzip", "the same with gzip")
def gzip(run):
    with serve(run, run.mirrors.small) as api:
        plain, packed = api.get(PAGE), api.get(PAGE, Accept_Encoding="gzip")
        if packed[:2] != b"\x1f\x8b":
            raise Fault("the answer is not compressed")
        references, subjects = alternate(
            run.repetitions, lambda: api.load(PAGE, script=ever_new()).rate, lambda: api.load(PAGE, script=ever_new(), fields=GZIP).rate)
        yield Row("the same with gzip, topics", "without", references, subjects, "requests/s", at_least(0.60),
                  f"{len(plain):,} bytes, {len(packed):,} compressed; ever new URLs, so no page is compressed once for many; resource objects are kept compressed")
        references, subjects = alternate(
            run.repetitions, lambda: api.load(PAGE).rate, lambda: api.load(PAGE, fields=GZIP).rate)
        yield Row("the same with gzip, the same page again and again", "without", references, subjects, "requests/s")


@measure("sparse", "sparse fieldset of 3 members over 50")
def sparse(run):
    target = PAGE + "&fields[node--topic]=title,created,uid"
    with serve(run, run.mirrors.small) as api:
        size = len(api.get(target))
        references, subjects = alternate(
            run.repetitions, lambda: api.load(PAGE, script=ever_new()).rate, lambda: api.load(target, script=ever_new()).rate)
    yield Row("sparse fieldset of 3 members over 50", "collection of 50", references, subjects, "requests/s", at_least(0.90),
              f"{size:,} bytes; title, created, uid of topics")


@measure("include", "include of one level over 50")
def include(run):
    with serve(run, run.mirrors.small) as api:
        for name, target in [("comments and their authors", "/jsonapi/comment/comment?page[limit]=50&include=uid"),
                             ("topics and their authors", PAGE + "&include=uid")]:
            size = len(api.get(target))
            other, limit, other_size = of_same_size(api, collections(run.mirrors.small), size)
            plain = f"{other}?page[limit]={limit}"
            references, subjects = alternate(
                run.repetitions, lambda: api.load(plain, script=ever_new()).rate, lambda: api.load(target, script=ever_new()).rate)
            yield Row(f"include of one level over 50: {name}", "collection with the same bytes", references, subjects, "requests/s",
                      at_least(0.70), f"{size:,} bytes; beside {limit} of {other}, {other_size:,} bytes")


def of_same_size(api, paths, size):
    """The collection whose first page comes nearest to so many bytes: path, rows, bytes. Among those within 3 % the one with the most
    rows, for rows are what an include has more of."""
    found = []
    for path in paths:
        low, high = 1, 50
        while low <= high:
            limit = (low + high) // 2
            bytes_of_page = len(api.get(f"{path}?page[limit]={limit}"))
            found.append((abs(bytes_of_page - size) / size, path, limit, bytes_of_page))
            if bytes_of_page < size:
                low = limit + 1
            else:
                high = limit - 1
    near = [one for one in found if one[0] <= 0.03]
    best = max(near, key=lambda one: one[2]) if near else min(found)
    return best[1:]
