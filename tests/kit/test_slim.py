"""The client's own distribution: `client/`, in an environment that has nothing of the service."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from astra import __version__
from astra.kit.serving import Address
from docs import licences
from tests.kit.environments import complete, run
from tests.server.service import ROOT

PROJECT = tomllib.loads((ROOT / "client" / "pyproject.toml").read_text())

TEST = """
import astra_simulator.errors
import backups
import pytest


@pytest.mark.astra(clock="manual")
def test_mine(astra_account, astra_clock, astra_journal):
    assert backups.WHOSE == "the user's"
    assert astra_clock.read().mode == "manual"
    assert astra_account.app_id("web-shop")
    with pytest.raises(astra_simulator.errors.ProblemError):
        astra_account.controls.faults.get("nothing")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, client_wheel: Path) -> Path:
    """A user's project, with an environment of its own, in which the client is installed."""
    folder = tmp_path_factory.mktemp("project")
    run([sys.executable, "-m", "venv", "--without-pip", "venv"], folder)
    pip = [sys.executable, "-m", "pip", "--python", "venv/bin/python"]
    run([*pip, "install", "--no-deps", "--no-index", str(client_wheel)], folder)
    complete(folder / "venv", "pytest")
    assert run([*pip, "check"], folder) == "No broken requirements found.\n"
    (folder / "backups").mkdir()
    (folder / "backups" / "__init__.py").write_text('WHOSE = "the user\'s"\n')
    (folder / "test_mine.py").write_text(TEST)
    return folder


def test_it_has_one_import_name(client_wheel: Path) -> None:
    names = {name.split("/")[0] for name in zipfile.ZipFile(client_wheel).namelist()}
    assert names == {"astra_simulator", f"astra_simulator_client-{__version__}.dist-info"}


def test_all_of_it_can_be_imported_without_the_service(folder: Path) -> None:
    program = (
        "import importlib, pkgutil, sys, astra_simulator as it\n"
        "for each in pkgutil.walk_packages(it.__path__, it.__name__ + '.'):\n"
        "    if not each.name.endswith('__main__'): importlib.import_module(each.name)\n"
        "assert not {'astra', 'django'} & set(sys.modules)\n"
        "from astra_simulator.capture.schema import section\n"
        "assert section('buckets').path == 'topology/v1/buckets'\n"
        "print(importlib.util.find_spec('astra'))"
    )
    assert run(["venv/bin/python", "-c", program], folder) == "None\n"


def test_its_command_runs_no_service_and_says_so(folder: Path) -> None:
    command = folder / "venv" / "bin" / "astra-simulator"
    assert run([str(command), "--version"], folder) == f"astra-simulator, version {__version__}\n"
    done = subprocess.run([command, "run"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: the service is not installed here, only its client: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.server
def test_its_plugin_works_beside_a_package_of_the_users_own(
    folder: Path, astra_service: Address
) -> None:
    variables = {"ASTRA_URL": astra_service.url, "ASTRA_CONTROL_TOKEN": astra_service.control_token}
    words = ["venv/bin/python", "-m", "pytest", "-q", "test_mine.py"]
    assert "1 passed in " in run(words, folder, **variables)


def test_its_backend_is_pinned_and_is_the_one_that_is_here() -> None:
    (backend,) = PROJECT["build-system"]["requires"]
    assert backend in map(str, licences.pinned(ROOT / "requirements-dev.in"))


def test_what_it_needs_the_service_has_in_a_version_that_it_takes() -> None:
    from packaging.requirements import Requirement

    pins = {each.name.lower(): each for each in licences.pinned(ROOT / "requirements.in")}
    for text in PROJECT["project"]["dependencies"]:
        needed = Requirement(text)
        (pin,) = pins[needed.name.lower()].specifier
        assert needed.specifier.contains(pin.version), text
