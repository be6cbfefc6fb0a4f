#!/usr/bin/env python3
"""Gets ReDoc, which shows the API's description in a browser. Usage: packaging/redoc/get.py FOLDER

It comes from PyPI with its licence, is checked by its digest, and is changed in two places: it would load a picture from elsewhere, and
names a map of its source that is not served. Needs Python 3.9 with pip, and nothing else.
"""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
INSIDE = "drf_spectacular_sidecar/static/drf_spectacular_sidecar/redoc"
SCRIPT = "redoc.standalone.js"
LICENCE = SCRIPT + ".LICENSE.txt"
PICTURE = "https://cdn.redoc.ly/redoc/logo-mini.svg"
NO_PICTURE = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E"
MAP = f"//# sourceMappingURL={SCRIPT}.map"


def downloaded(folder):
    """The package, as it was published."""
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
        "--only-binary", ":all:", "--require-hashes", "--dest", str(folder), "--requirement",
        str(HERE / "requirements.txt"),
    ]
    if subprocess.run(command).returncode != 0:
        sys.exit("redoc: the package could not be had from PyPI; is pip there (Debian: python3-pip), and the network?")
    return next(Path(folder).glob("*.whl"))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    target = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(downloaded(folder)) as package:
        script = package.read(f"{INSIDE}/bundles/{SCRIPT}").decode()
        licences = [package.read(f"{INSIDE}/LICENSE"), package.read(f"{INSIDE}/bundles/{LICENCE}")]
    if script.count(PICTURE) != 1:
        sys.exit("redoc: the script is another than was looked at: it has to be seen anew what it loads from elsewhere")
    script = script.replace(PICTURE, NO_PICTURE).replace(MAP, "")
    target.mkdir(parents=True, exist_ok=True)
    (target / SCRIPT).write_text(script)
    (target / LICENCE).write_bytes(b"\n".join(licences))
    print(f"redoc: {target / SCRIPT}, {len(script.encode()):,} bytes; {target / LICENCE}")


main()
