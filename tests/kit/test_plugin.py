"""The pytest plugin, in a pytest of its own, as somebody uses it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from textwrap import dedent

import psutil
import pytest

from astra.kit.client import Simulator
from astra.kit.serving import Address
from tests.server.service import ROOT, SECONDS, eventually, is_running

EXAMPLE = ROOT / "docs" / "examples" / "backup_script"
# What this session has in its environment is not for the one that is started.
OURS = ("ASTRA_", "COV_", "DATABASE_URL", "DJANGO_", "PYTEST_")

Tests = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def tests(tmp_path: Path) -> Iterator[Tests]:
    """Start pytest, in a folder of its own, on a module with this text; it is gone afterwards."""
    started: list[subprocess.Popen[str]] = []
    environment = {name: text for name, text in os.environ.items() if not name.startswith(OURS)}
    environment["PYTHONPATH"] = str(ROOT)
    # Nor is the home of whoever runs it.
    environment["ASTRA_CACHE_DIR"] = os.environ["ASTRA_CACHE_DIR"]

    def start(text: str, *options: str, **variables: str) -> "subprocess.Popen[str]":
        if text:
            (tmp_path / "test_it.py").write_text(dedent(text))
        (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
        plugins = ["-p", "astra.kit.plugin", "-p", "no:randomly", "-p", "no:django"]
        plugins += ["-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:cov"]
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "pytest",
                "-c",
                str(tmp_path / "pytest.ini"),
                *plugins,
                *options,
            ],
            cwd=tmp_path,
            env=environment | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture
def there(astra_service: Address) -> dict[str, str]:
    """The variables that let tests use the service of this session, by HTTPS."""
    assert astra_service.https_url is not None
    assert astra_service.ca_file is not None
    return {
        "ASTRA_URL": astra_service.https_url,
        "ASTRA_CONTROL_TOKEN": astra_service.control_token,
        "ASTRA_DATA_DIR": str(Path(astra_service.ca_file).parents[1]),
    }


def end(process: "subprocess.Popen[str]", code: int) -> str:
    output, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == code, output
    return output


def serving(port: str) -> list[psutil.Process]:
    """Every process of the service that has this port, found by its environment."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("ASTRA_HTTP_PORT") == port and is_running(process):
                found.append(process)
    return found


def test_who_does_not_use_it_does_not_pay_for_it() -> None:
    heavy = "{'astra.kit.client', 'astra.kit.serving', 'django', 'urllib3', 'yaml', 'click'}"
    code = f"import sys, astra.kit.plugin; print(sorted({heavy} & set(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout == "[]\n"


@pytest.mark.server
def test_the_example_passes(tests: Tests, there: dict[str, str]) -> None:
    process = tests("", str(EXAMPLE), "-p", "no:xdist", **there)
    assert "9 passed" in end(process, 0)


@pytest.mark.server
def test_each_test_has_the_account_that_its_markers_say(
    tests: Tests, there: dict[str, str], astra_simulator: Simulator, tmp_path: Path
) -> None:
    process = tests(
        """
        from pathlib import Path
        import pytest

        pytestmark = pytest.mark.astra(clock="real", name="module")

        @pytest.mark.astra(name="mine", seed=4711)
        def test_one(astra_account, astra_clock):
            Path("id").write_text(astra_account.id)
            assert astra_account.account.name == "mine"
            assert astra_clock.read().mode == "real"
            assert astra_account.url.endswith(f"/accounts/{astra_account.id}")
            with pytest.raises(LookupError, match="'shop' is none of web-shop, orders-db"):
                astra_account.app_id("shop")
            assert astra_account.bucket_id("offsite-backups")

        def test_two(astra_account, astra_simulator):
            assert astra_account.account.name == "module"
            astra_simulator.accounts.delete(astra_account.id)

        @pytest.mark.astra(scenaro="demo")
        def test_three(astra_account):
            pass
        """,
        "-p",
        "no:xdist",
        "--strict-markers",
        **there,
    )
    output = end(process, 1)
    assert "2 passed, 1 error" in output
    assert "the marker astra takes only scenario, parameters, name, clock, ttl, seed" in output
    listed = {account.id for account in astra_simulator.accounts.list()}
    assert (tmp_path / "id").read_text() not in listed


@pytest.mark.server
def test_a_test_that_fails_says_which_calls_there_were(tests: Tests, there: dict[str, str]) -> None:
    process = tests(
        """
        import ssl
        import urllib3

        def test_it(astra_account, astra_faults):
            astra_faults.add("refuse", problem=107)
            http = urllib3.PoolManager(ca_certs=astra_account.service.ca_file)
            http.request("GET", astra_account.url + "/k8s/v2/apps", headers=astra_account.headers)
            http.clear()
            assert False
        """,
        "-p",
        "no:xdist",
        **there,
    )
    output = end(process, 1)
    assert "- astra journal, the last 20 calls -" in output
    assert "/k8s/v2/apps → 409 (problem 107) by a fault rule\n" in output
    assert '"title": "Backup in progress"' in output


@pytest.mark.server
def test_workers_share_one_service_that_ends_even_when_pytest_is_killed(
    tests: Tests, tmp_path: Path
) -> None:
    process = tests(
        """
        import time
        from pathlib import Path
        import pytest

        @pytest.mark.parametrize("number", [1, 2])
        def test_it(astra_service, number, pytestconfig):
            socket = pytestconfig.workerinput["astra_service_socket"]
            Path(f"{number}.new").write_text(f"{astra_service.url} {socket}")
            Path(f"{number}.new").rename(f"{number}.url")
            while True:
                time.sleep(1)
        """,
        "-n2",
    )
    files = [tmp_path / "1.url", tmp_path / "2.url"]
    eventually(
        lambda: all(file.exists() for file in files) or process.poll() is not None, "the service"
    )
    assert process.poll() is None, end(process, 0)
    [found] = {file.read_text() for file in files}
    url, socket = found.split()
    port = url.rpartition(":")[2]
    folders = {Path(each.environ()["ASTRA_DATA_DIR"]).parent for each in serving(port)}
    assert len(folders) == 1
    process.kill()
    process.communicate(timeout=SECONDS)
    eventually(lambda: not serving(port), "the end of the service")
    # Only these are left, and nobody is there to remove them.
    for folder in (*folders, Path(socket).parent):
        shutil.rmtree(folder)
