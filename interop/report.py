"""What was asked and what came back, line by line."""


class Report:
    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.client = ""

    def section(self, client, what):
        self.client = client
        print(f"\n{client}: {what}")

    def equal(self, what, got, expected):
        """Compares, and prints what came back; of a long answer its size."""
        if got == expected:
            self.passed += 1
            print(f"  ok    {what} -> {brief(got)}")
        else:
            self.failed += 1
            print(f"  FAIL  {what}\n          came back {brief(got, 600)}\n          expected  {brief(expected, 600)}")

    def same_resources(self, what, found, expected):
        """Compares ids as sets and that none comes twice; prints how many came."""
        if len(found) == len(set(found)) and set(found) == set(expected):
            return self.equal(what, f"{len(found)} resources", f"{len(found)} resources")
        odd = sorted(set(found) ^ set(expected))
        return self.equal(what, f"{len(found)} resources, {len(set(found))} different; differing {odd[:5]}",
                          f"{len(expected)} resources")

    def true(self, what, got):
        self.equal(what, bool(got), True)

    def raises(self, what, kind, body, says=""):
        """Expects an exception of the client's own kind, whose text holds `says`."""
        try:
            answer = body()
        except kind as error:
            name = type(error).__name__
            text = describe(error)
            self.equal(what, f"{name}: {says}" if says in text else f"{name}: {text[:300]}", f"{name}: {says}")
        except Exception as error:  # another kind is a difference, not the end of the run
            self.equal(what, f"{type(error).__name__}: {describe(error)[:300]}", kind)
        else:
            self.equal(what, f"no error but {brief(answer)}", kind)

    def finish(self):
        print(f"\ninterop: {self.passed} checks passed, {self.failed} failed")
        return 1 if self.failed or not self.passed else 0


def describe(error):
    parts = [str(error)] + [str(getattr(error, name, "")) for name in ("status_code", "content", "error", "errors")]
    return " ".join(parts)


def brief(value, limit=100):
    text = repr(value)
    return text if len(text) <= limit else text[:limit] + "…"
