"""Another revision of the repository, made ready to run beside this one."""

import contextlib
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path

from benchmarks.services import ROOT, Revision

_REQUIREMENTS = "requirements.txt"


@contextlib.contextmanager
def checked_out(commit: str) -> Iterator[Revision]:
    """Have the code of a commit in a folder of its own within the block.

    It runs with the interpreter of this one, or with one of its own if it has other requirements.
    It ends the program if there is no such commit.
    """
    try:
        name = _git("rev-parse", "--short", "--verify", f"{commit}^{{commit}}").strip()
    except subprocess.CalledProcessError as error:
        sys.exit(f"{commit}: {error.stderr.strip()}")
    with tempfile.TemporaryDirectory(prefix="astra-revision-") as folder:
        root = Path(folder) / "checkout"
        _git("worktree", "add", "--quiet", "--detach", str(root), name)
        try:
            yield Revision(name, root, _interpreter(root, Path(folder) / "venv"))
        finally:
            _git("worktree", "remove", "--force", str(root))


def _interpreter(root: Path, folder: Path) -> str:
    if (root / _REQUIREMENTS).read_text() == (ROOT / _REQUIREMENTS).read_text():
        return sys.executable
    print(f"Installing the requirements of {root}", file=sys.stderr)
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"]
    install = [python, "-m", "pip", "install", *options, "-r", str(root / _REQUIREMENTS)]
    subprocess.run(install, check=True)
    return python


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
