"""A terminal in which commands of the pages are typed: the service is there, what installs stands in.

Installing takes minutes and is tested elsewhere (`tests/kit/test_readme.py`), so `pip`, `uvx`, `git`, and
what needs a daemon of its own (`docker`), only look at what they are told.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.server.service import ROOT

_PYTHON = f"""
case "$1 $2" in
"-m venv")
    for folder; do :; done
    mkdir -p "$folder/bin"
    ln -sf {{bin}}/pip {{bin}}/pytest {{bin}}/astra-simulator "$folder/bin" ;;
"-m pip") shift 2; exec {{bin}}/pip "$@" ;;
*) exec {sys.executable} "$@" ;;
esac
"""
# A path that is to be installed is one of a project.
_PIP = """
test "$1" = install || exit 2
for each; do case "$each" in ./*|/*) each="${each%[*}"
    test -e "$each/pyproject.toml" || test -f "$each" || { echo "$each: nothing to install"; exit 1; } ;;
esac; done
"""
_UVX = """
test "$1" = --from && test -e "$2/pyproject.toml" && shift 2 && exec "$@"
"""
# The service that it would run is there.
_SIMULATOR = f"""
test "$1" = run && exit
exec {sys.executable} -P -m astra.kit "$@"
"""
_GIT = """
for each; do last="$before" before="$each"; done
test "$1" = clone && test -d "$last" && ln -sfn "$last" "$before"
"""
_DOCKER = f"""
case "$1 $2" in
"compose exec") shift 2; while test "${{1#-}}" != "$1"; do shift 2; done ;;
"compose cp") set -- "${{3%%:*}}" ;;
"compose up"|"compose down"|"build -t"|"run --rm") exit ;;
*) exit 2 ;;
esac
grep -q "^  $1:$" {ROOT}/docker-compose.yml
"""
STAND_INS = {
    "python3": _PYTHON,
    "python": _PYTHON,
    "pip": _PIP,
    "uvx": _UVX,
    "git": _GIT,
    "docker": _DOCKER,
    "astra-simulator": _SIMULATOR,
    "pytest": "exit",
    "actoolkit": 'test -e "$ASTRATOOLKITS_CONF/config.yaml"',
    # It says what it would do, so a target that is not there is found out.
    "make": f'exec {Path("/usr/bin/make")} --silent -n -C {ROOT} "$@" >/dev/null',
}


def stand_ins(folder: Path) -> Path:
    """Write what stands in for programs; return the folder of them."""
    folder.mkdir()
    for name, text in STAND_INS.items():
        file = folder / name
        file.write_text(f"#!/bin/sh\n{text.replace('{bin}', str(folder))}\n")
        file.chmod(0o755)
    return folder


def typed(
    script: str, folder: Path, variables: Mapping[str, str], *, shell: str = "bash"
) -> subprocess.CompletedProcess[str]:
    """Type a script into a shell of its own in a folder, where `bin` has the stand-ins."""
    environment = {
        "PATH": f"{folder}/bin:{os.environ['PATH']}",
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "ASTRA_CACHE_DIR": os.environ.get("ASTRA_CACHE_DIR", ""),
    }
    return subprocess.run(
        [shell, "-e", "-c", script],
        cwd=folder,
        env={**environment, **variables},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
