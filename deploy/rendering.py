"""The files of `deploy/`, with the values of an installation put in, as `envsubst` does."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from string import Template

DEPLOY = Path(__file__).resolve().parent
FILES = ("haproxy.cfg", "patroni.yml", "pgbouncer.ini")


def example() -> dict[str, str]:
    """Return the values of `example.env`."""
    text = (DEPLOY / "example.env").read_text()
    return dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))


def rendered(name: str, values: Mapping[str, str]) -> str:
    """Return a file with its values. Raises ``KeyError`` for one that is not given."""
    return Template((DEPLOY / name).read_text()).substitute(values)


def write(path: Path, text: str, owner: int | None = None) -> Path:
    """Write what may hold secrets, for its owner alone; return where it is."""
    path.write_text(text)
    path.chmod(0o600)
    if owner is not None:
        os.chown(path, owner, -1)
    return path
