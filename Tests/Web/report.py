"""What was checked, line by line, and how much of it failed."""


class Report:
    def __init__(self):
        self.passed, self.failed = 0, 0

    def section(self, title):
        print(f"\n{title}", flush=True)

    def true(self, name, condition, why=""):
        """Counts a check. Returns whether it passed."""
        if condition:
            self.passed += 1
            print(f"  ok    {name}", flush=True)
        else:
            self.failed += 1
            print(f"  FAIL  {name}{': ' + str(why) if why else ''}", flush=True)
        return bool(condition)

    def equal(self, name, found, expected):
        return self.true(name, found == expected, f"{found!r} instead of {expected!r}")

    def none(self, name, findings):
        """Nothing was found that should not be there."""
        named = [str(finding) for finding in findings[:6]] + [f"and {len(findings) - 6} more"] * (len(findings) > 6)
        return self.true(name, not findings, "; ".join(named))
