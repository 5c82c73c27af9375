"""Virtual environments that have what is installed into them, and what that needs of this one."""

import os
import subprocess
import sysconfig
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def run(words: list[str], folder: Path, **variables: str) -> str:
    """Run a command in a folder, as from a terminal; return what it printed."""
    # As from a terminal of somebody who has never heard of this repository's tests.
    kept = ("PATH", "HOME", "PIP_", "LANG", "TMPDIR")
    environment = {name: text for name, text in os.environ.items() if name.startswith(kept)}
    # What is never imported need not be compiled either.
    environment["PIP_NO_COMPILE"] = "1"
    # Nothing is kept in the home of whoever runs the suite.
    environment["ASTRA_CACHE_DIR"] = os.environ["ASTRA_CACHE_DIR"]
    result = subprocess.run(
        words, cwd=folder, env=environment | variables, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def complete(venv: Path, *further: str) -> None:
    """Bring what the packages of an environment say that they need, and nothing else, from this one."""
    (site,) = venv.glob("lib/python*/site-packages")
    ours = Path(sysconfig.get_path("purelib"))
    there, packages = set(), list(distributions(path=[str(site)]))
    packages += [_bring(name, ours, site) for name in further]
    while packages:
        package = packages.pop()
        there.add(canonicalize_name(package.name))
        needed = map(Requirement, package.requires or ())
        names = {
            each.name for each in needed if not each.marker or each.marker.evaluate({"extra": ""})
        }
        for name in {canonicalize_name(name) for name in names} - there:
            packages.append(_bring(name, ours, site))
            there.add(name)


def _bring(name: str, ours: Path, site: Path) -> Distribution:
    """Copy an installed package into another environment; return it."""
    package = distribution(name)
    parts = {file.parts[0] for file in package.files or ()} - {"..", "__pycache__"}
    paths = [ours / part for part in parts]
    # Linked, where both are on one disk.
    linked = subprocess.run(["cp", "-al", *paths, site], capture_output=True, check=False)
    if linked.returncode:
        subprocess.run(["cp", "-a", *paths, site], check=True)
    return package
