"""'Test your backup script in five minutes', as the README has it, in a clean environment."""

import re
import shlex
import shutil
import sys
from pathlib import Path

import psutil
import pytest

from astra import __version__
from tests.families import FAMILIES
from tests.kit.environments import complete, run
from tests.server.service import ROOT

SECTION = re.search(
    r"^## Test your backup script in five minutes\n(.*?)^## ",
    (ROOT / "README.md").read_text(),
    re.DOTALL | re.MULTILINE,
)
# What a checkout has; what is built or installed in ours is not in the copy.
CHECKOUT = ("astra", *FAMILIES, "README.md", "pyproject.toml", "requirements.in")


def files(text: str) -> dict[str, str]:
    """Return the files that the section shows, each named in the paragraph before it."""
    return dict(re.findall(r"`(\w+\.py)`.*\n\n```python\n((?s:.*?))```", text))


def commands(text: str) -> list[list[str]]:
    """Return the commands that the section tells to type, in order."""
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    assert all(line.startswith("$ ") for line in lines)
    lines = [line.removeprefix("$ ") for line in lines]
    # The Python of this suite is new enough, whatever `python3` is; and so is its pip, which it would
    # take seconds to install anew, and as many to find and unpack what is installed here already.
    own = {
        "python3 -m venv": "-m venv --without-pip",
        "venv/bin/pip install": "-m pip --python venv/bin/python install --no-deps",
    }
    for typed, used in own.items():
        assert sum(line.startswith(typed) for line in lines) == 1
        lines = [line.replace(typed, f"{shlex.quote(sys.executable)} {used}") for line in lines]
    return [shlex.split(line) for line in lines]


def processes_of(folder: Path) -> list[str]:
    """Return the commands that run from a folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if any(str(folder) in word for word in words):
            found.append(" ".join(words))
    return found


@pytest.mark.server
@pytest.mark.unmeasured
def test_what_the_readme_says_works_in_a_clean_environment(
    tmp_path: Path, client_wheel: Path
) -> None:
    assert SECTION is not None
    for name in CHECKOUT:
        source, target = ROOT / name, tmp_path / "astra-simulator" / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    shown = files(SECTION[1])
    assert set(shown) == {"backup.py", "test_backup.py"}
    for name, text in shown.items():
        (tmp_path / name).write_text(text)
    # What is called like a part of the service is not taken for it.
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / "__init__.py").write_text("raise RuntimeError")

    make, install, *others = commands(SECTION[1])
    run(make, tmp_path)
    run(install, tmp_path)
    complete(tmp_path / "venv")
    pip = [sys.executable, "-m", "pip", "--python", "venv/bin/python"]
    assert run([*pip, "check"], tmp_path) == "No broken requirements found.\n"
    output = [run(words, tmp_path) for words in others]
    assert " 3 passed in " in output[-1]
    assert processes_of(tmp_path) == []

    command = str(tmp_path / "venv" / "bin" / "astra-simulator")
    assert run([command, "--version"], tmp_path) == f"astra-simulator, version {__version__}\n"

    # Side by side with the client's own distribution, which then has the command and the plugin.
    run([*pip, "install", "--no-deps", str(client_wheel)], tmp_path)
    assert run([*pip, "check"], tmp_path) == "No broken requirements found.\n"
    both = "import astra_simulator.client, astra.kit.client; print(astra_simulator.client.__file__)"
    assert "/site-packages/astra_simulator/" in run(["venv/bin/python", "-c", both], tmp_path)
    assert "astra_simulator.commands" in Path(command).read_text()
    assert run([command, "--version"], tmp_path) == f"astra-simulator, version {__version__}\n"
    again = run([*others[-1], "-k", "success"], tmp_path)
    assert " 1 passed, " in again
    assert processes_of(tmp_path) == []
