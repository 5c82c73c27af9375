"""'Test your backup script in five minutes', as the README has it, in a clean environment."""

import os
import re
import shlex
import shutil
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from tests.server.service import ROOT, SECONDS, free_port

SECTION = re.search(
    r"^## Test your backup script in five minutes\n(.*?)^## ",
    (ROOT / "README.md").read_text(),
    re.DOTALL | re.MULTILINE,
)
# What a checkout has; what is built or installed in ours is not in the copy.
CHECKOUT = ("astra", "backups", "README.md", "pyproject.toml", "requirements.txt")


def files(text: str) -> dict[str, str]:
    """Return the files that the section shows, each named in the paragraph before it."""
    found = re.findall(r"`(\w+\.py)`[^`]*\n\n```python\n(.*?)```", text, re.DOTALL)
    return dict(found)


def commands(text: str) -> list[list[str]]:
    """Return the commands that the section tells to type, in order."""
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    assert all(line.startswith("$ ") for line in lines)
    return [shlex.split(line.removeprefix("$ ")) for line in lines]


def run(words: list[str], folder: Path) -> str:
    # As from a terminal of somebody who has never heard of this repository's tests.
    kept = ("PATH", "HOME", "PIP_", "LANG", "TMPDIR")
    environment = {name: text for name, text in os.environ.items() if name.startswith(kept)}
    # Compiled is what is imported.
    environment["PIP_NO_COMPILE"] = "1"
    result = subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def processes_of(folder: Path) -> list[str]:
    """Return the commands that run from a folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if any(str(folder) in word for word in words):
            found.append(" ".join(words))
    return found


@pytest.mark.server
def test_what_the_readme_says_works_in_a_clean_environment(tmp_path: Path) -> None:
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

    output = [run(words, tmp_path) for words in commands(SECTION[1])]
    assert " 3 passed in " in output[-1]
    assert processes_of(tmp_path) == []

    serve_by_command(tmp_path)
    assert processes_of(tmp_path) == []


def serve_by_command(folder: Path) -> None:
    """Run the service by its command, on data in `var`; use it by another; stop it."""
    command = str(folder / "venv" / "bin" / "astra-simulator")
    options = ["--http-port", str(free_port()), "--https-port", str(free_port())]
    with subprocess.Popen(
        [command, "run", *options, "--scenario", "throwaway"],
        cwd=folder,
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.DEVNULL,
    ) as service:
        try:
            url = ["--url", f"http://127.0.0.1:{options[1]}"]
            run([command, "wait", "--timeout", str(SECONDS), *url], folder)
            assert "throwaway" in run([command, "account", "list"], folder)
        finally:
            service.send_signal(signal.SIGINT)
    assert service.returncode == 0
