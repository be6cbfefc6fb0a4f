"""The mirror of a `social-mirror demo`, for as long as a block runs."""

import contextlib
import os
import pathlib
import select
import subprocess
import tempfile
import time

START_SECONDS = 120


@contextlib.contextmanager
def demo(program):
    """Starts a demo without changes on a free port, gives the path of its mirror, and ends it whatever happens."""
    with tempfile.TemporaryDirectory(prefix="social-mirror-tools-") as temporary:
        process = subprocess.Popen([program, "demo", "--port", "0", "--changes", "0", "--quiet"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env={**os.environ, "TMPDIR": temporary}, start_new_session=True)
        try:
            text, end = b"", time.monotonic() + START_SECONDS
            while not text.endswith(b"ends it.\n"):
                ready, _, _ = select.select([process.stdout], [], [], max(0, end - time.monotonic()))
                piece = os.read(process.stdout.fileno(), 4096) if ready else b""
                if not piece:
                    process.kill()
                    raise SystemExit(f"the demo did not start: {text.decode()}{process.communicate()[1].decode()}")
                text += piece
            yield next(pathlib.Path(temporary).rglob("mirror.sqlite"))
        finally:
            process.terminate()
            try:
                process.communicate(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
