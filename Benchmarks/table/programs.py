"""The reference programs: those in C by `cc`, the Hummingbird server by `swift build`; each is built when it is first asked for."""

import subprocess
import sys

from .frame import Fault
from .settings import HERE

BUILT = HERE / ".build/c"


class Programs:
    """Built reference programs, by name (a folder of Sources)."""

    def __init__(self, frame, folder=None):
        self.frame, self.given, self.swift = frame, folder, None

    def c(self, name, *libraries):
        """The path of a program whose source is Sources/NAME/main.c, linked with libraries ("curl", "sqlite3"). Raises Fault."""
        source, program = HERE / "Sources" / name / "main.c", BUILT / name
        newest = max(one.stat().st_mtime for one in [source, *(HERE / "Sources/shared").iterdir()])
        if not program.exists() or program.stat().st_mtime < newest:
            BUILT.mkdir(parents=True, exist_ok=True)
            self.frame.run(["cc", "-std=c17", "-O2", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE", "-o", program, source,
                            *(f"-l{library}" for library in libraries)])
        return program

    def static_server(self):
        """The path of StaticServer. Raises Fault."""
        if self.given:
            return self._there(self.given / "StaticServer")
        if self.swift is None:
            print("Building the Hummingbird server; some minutes at first", file=sys.stderr, flush=True)
            build = ["swift", "build", "-c", "release", "--package-path", str(HERE)]
            # Its own words go to the terminal: the first build is long.
            if subprocess.run(build, stdout=sys.stderr).returncode:
                raise Fault("the Hummingbird server could not be built")
            self.swift = self.frame.run([*build, "--show-bin-path"]).strip()
        return self._there(HERE / self.swift / "StaticServer")

    @staticmethod
    def _there(program):
        if not program.exists():
            raise Fault(f"{program} is missing")
        return program
