"""A release of the client in a virtual environment of its own, and what its commands give."""

import json
import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
_KEPT = ("PATH", "LANG", "TMPDIR", "PIP_")


@dataclass(frozen=True)
class Ran:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The document that it printed, for `-o json`."""
        assert self.code == 0, self.out + self.err
        return json.loads(self.out)

    @property
    def rows(self) -> list[list[str]]:
        """The cells of the table that it printed, without the head."""
        assert self.code == 0, self.out + self.err
        lines = [line for line in self.out.splitlines() if line.startswith("|")]
        return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines][1:]


def install(release: str, folder: Path) -> Path:
    """Install a release with all its requirements, pinned by hashes; return its Python."""
    python, pins = folder / "bin" / "python", HERE / "releases" / f"actoolkit-{release}.txt"
    stamp = folder / pins.name
    if not stamp.exists() or stamp.read_text() != pins.read_text():
        venv.create(folder, clear=True, with_pip=False, symlinks=True)
        command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
        command += ["--disable-pip-version-check", "--no-input", "--no-deps", "--no-compile"]
        subprocess.run([*command, "--requirement", str(pins)], check=True)
        stamp.write_text(pins.read_text())
    return python


@dataclass
class Client:
    """A person at a terminal who has that release and a `config.yaml`."""

    python: Path
    folder: Path
    config: Path
    environment: dict[str, str]
    commands: tuple[str, ...] = ()
    _driver: "subprocess.Popen[str] | None" = None

    def run(self, *arguments: str, config: Path | None = None) -> Ran:
        """Type a command; return what it gave. ``config``: another folder of `config.yaml`."""
        driver = self._started()
        assert driver.stdin
        assert driver.stdout
        command = {
            "arguments": arguments,
            "folder": str(self.folder),
            "environment": self.environment | {"ASTRATOOLKITS_CONF": str(config or self.config)},
        }
        print(json.dumps(command), file=driver.stdin, flush=True)
        return Ran(**json.loads(driver.stdout.readline()))

    def succeeds(self, *arguments: str) -> Ran:
        """Type a command that must succeed, without a word about invalid answers."""
        ran = self.run(*arguments)
        assert ran.code == 0, ran.out + ran.err
        assert "invalid JSON" not in ran.out, ran.out
        return ran

    def fails(self, *arguments: str, config: Path | None = None) -> str:
        """Type a command that must be refused; return all that it says."""
        ran = self.run(*arguments, config=config)
        assert ran.code != 0, ran.out
        assert "Traceback" not in ran.err, ran.err
        return ran.out + ran.err

    def items(self, *arguments: str) -> list[dict[str, Any]]:
        """Return the items of a list that a command prints."""
        items: list[dict[str, Any]] = self.succeeds("-o", "json", *arguments).json["items"]
        return items

    def _started(self) -> "subprocess.Popen[str]":
        if self._driver is None:
            inherited = {name: os.environ[name] for name in os.environ if name.startswith(_KEPT)}
            driver = subprocess.Popen(
                [str(self.python), "-W", "ignore", str(HERE / "driver.py")],
                env=inherited | {"HOME": str(self.folder)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            assert driver.stdout
            try:
                self.commands = tuple(json.loads(driver.stdout.readline()))
            except BaseException:
                # What it says later would be taken for the answer to a command.
                driver.kill()
                driver.communicate()
                raise
            self._driver = driver
        return self._driver

    def stop(self) -> None:
        """End the process that runs the commands."""
        if self._driver is not None:
            self._driver.communicate()
            self._driver = None
