"""The action of GitHub: its steps are run as shell, and start a service."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml

from astra.kit.client import Simulator
from tests.server.docs.terminal import stand_ins
from tests.server.service import ROOT, free_port

ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
# What runs the service itself: what it needs is here already.
_INSTALLED = f"""#!/bin/sh
PYTHONPATH={ROOT} exec {{python}} -P -m astra.kit "$@"
"""


class Job:
    """What a runner gives to the steps of a job, and takes from them."""

    def __init__(self, folder: Path, **given: str) -> None:
        self.folder = folder
        self.inputs = {name: each.get("default", "") for name, each in ACTION["inputs"].items()}
        self.inputs |= given
        self.outputs: dict[str, dict[str, str]] = {}
        self.variables: dict[str, str] = {}
        self.groups: list[int] = []
        self.path = f"{stand_ins(folder / 'bin')}:{os.environ['PATH']}"

    def run(self, step: dict[str, Any]) -> str:
        """Run a step as a runner does; what it printed."""
        files = {name: self.folder / name for name in ("output", "env", "path")}
        for file in files.values():
            file.write_text("")
        variables = {name: self.filled(text) for name, text in step.get("env", {}).items()}
        environment = {
            "PATH": self.path,
            "HOME": str(self.folder),
            "RUNNER_TEMP": str(self.folder / "temp"),
            "GITHUB_ACTION_PATH": str(ROOT),
            "ASTRA_CACHE_DIR": os.environ.get("ASTRA_CACHE_DIR", ""),
            **{f"GITHUB_{name.upper()}": str(file) for name, file in files.items()},
        }
        assert step["shell"] == "bash"
        with (self.folder / "printed").open("w+") as printed:
            process = subprocess.Popen(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                cwd=self.folder,
                env=environment | self.variables | variables,
                stdout=printed,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self.groups.append(process.pid)
            status = process.wait(timeout=110)
            printed.seek(0)
            text = printed.read()
        assert status == 0, text
        self.outputs[step.get("id", "")] = self._said(files["output"])
        self.variables |= self._said(files["env"])
        for folder in files["path"].read_text().splitlines():
            self.path = f"{folder}:{self.path}"
        return text

    def filled(self, text: str) -> str:
        """Return a text with its expressions put in."""

        def value(found: re.Match[str]) -> str:
            kind, *names = found[1].split(".")
            if kind == "inputs":
                return str(self.inputs[names[0]])
            assert (kind, names[1]) == ("steps", "outputs")
            return self.outputs[names[0]][names[2]]

        return re.sub(r"\$\{\{ ([\w.-]+) \}\}", value, text)

    def _said(self, file: Path) -> dict[str, str]:
        return dict(line.split("=", 1) for line in file.read_text().splitlines())

    def end(self) -> None:
        """End what steps left behind, as a runner does."""
        for group in self.groups:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGTERM)
        left = [each for each in psutil.process_iter(["environ"]) if self._is_of_job(each)]
        _, alive = psutil.wait_procs(left, timeout=60)
        assert alive == []

    def _is_of_job(self, process: psutil.Process) -> bool:
        return (process.info["environ"] or {}).get("RUNNER_TEMP") == str(self.folder / "temp")


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    ports = {"http-port": str(free_port()), "https-port": str(free_port())}
    job = Job(tmp_path, scenario="empty", **ports)
    simulator = tmp_path / "bin" / "astra-simulator"
    simulator.unlink()
    simulator.write_text(_INSTALLED.replace("{python}", sys.executable))
    simulator.chmod(0o755)
    try:
        yield job
    finally:
        job.end()


@pytest.mark.server
def test_its_steps_start_a_service_and_say_where_it_is(job: Job, tmp_path: Path) -> None:
    printed = [job.run(step) for step in ACTION["runs"]["steps"]]
    outputs = {name: job.filled(each["value"]) for name, each in ACTION["outputs"].items()}
    assert outputs["url"] == f"http://127.0.0.1:{job.inputs['http-port']}"
    assert outputs["https-url"] == f"https://127.0.0.1:{job.inputs['https-port']}"
    assert Path(outputs["ca"]).read_text().startswith("-----BEGIN CERTIFICATE-----")
    assert f"::add-mask::{outputs['control-token']}" in printed[-1]
    # As later steps have it.
    assert job.variables["ASTRA_URL"] == outputs["url"]
    assert job.variables["ASTRATOOLKITS_CONF"] == str(Path(outputs["config"]).parent)
    with Simulator(outputs["url"], job.variables["ASTRA_CONTROL_TOKEN"]) as simulator:
        assert [each.name for each in simulator.accounts.list()] == ["main"]
    status = {"shell": "bash", "run": "astra-simulator status"}
    assert job.run(status).startswith(f"Ready: {outputs['url']}")


def test_an_empty_scenario_is_handed_on(tmp_path: Path) -> None:
    step = next(each for each in ACTION["runs"]["steps"] if each["name"] == "Start")
    assert Job(tmp_path, scenario="").filled(step["env"]["ASTRA_START_SCENARIO"]) == ""
