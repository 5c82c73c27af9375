"""Peers are installed once, into `var/peers`, and never beside what the service needs."""

import hashlib
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

from benchmarks.services import ROOT

HERE = Path(__file__).parent
_FOLDER = ROOT / "var" / "peers"


def node_program(name: str) -> list[str]:
    """Return the command of a program of `package.json`, installed if it was not."""
    if shutil.which("npm") is None:
        sys.exit(f"{name} needs Node.js and npm: apt-get install nodejs npm")
    folder = _installed(HERE / "package.json", _install_node)
    return ["node", str((folder / "node_modules" / ".bin" / name).resolve())]


def python_program(name: str) -> list[str]:
    """Return the command of a program of `requirements.txt`, installed if it was not."""
    return [str(_installed(HERE / "requirements.txt", _install_python) / "bin" / name)]


def _installed(pins: Path, install: Callable[[Path, Path], None]) -> Path:
    """Return the folder of what those pins ask for; other pins have another folder."""
    digest = hashlib.sha256(pins.read_bytes()).hexdigest()[:12]
    folder = _FOLDER / f"{pins.stem}-{digest}"
    stamp = folder / "installed"
    if not stamp.exists():
        print(f"Installing {pins.relative_to(ROOT)}", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        install(pins, folder)
        stamp.touch()
    return folder


def _install_node(pins: Path, folder: Path) -> None:
    shutil.copy(pins, folder)
    options = ["--silent", "--no-audit", "--no-fund", "--no-package-lock"]
    subprocess.run(["npm", "install", *options, "--prefix", str(folder)], check=True)


def _install_python(pins: Path, folder: Path) -> None:
    venv.create(folder, with_pip=True)
    options = ["--quiet", "--disable-pip-version-check", "--no-input"]
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", *options]
    subprocess.run([*pip, "-r", str(pins)], check=True)
