"""How many there may be of what is not quite gone yet: `limits.json`. Numbers there only ever go down (`--tighten`); what is not
there may not be at all."""

import json
from pathlib import Path

PATH = Path(__file__).resolve().parent / "limits.json"


def read():
    return json.loads(PATH.read_text())


def tighten(counted):
    """Lowers each limit to what was counted."""
    limits = read()
    lower = {name: min(limits.get(name, 0), value) for name, value in counted.items()}
    lower = {name: most for name, most in lower.items() if most > 0}
    PATH.write_text(json.dumps(lower, indent=2, sort_keys=True) + "\n")
