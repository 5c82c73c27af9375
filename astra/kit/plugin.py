"""The pytest plugin: a service for the session, and an account of its own for each test.

Tests that use none of its fixtures pay for nothing: only with them the client is imported and the
service started.
"""

import json
import os
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .access import Access
    from .client import Simulator
    from .controls import CheckpointControls, ClockControls, FaultControls, JournalControls
    from .serving import Address, Owner

_SOCKET = "astra_service_socket"
_OWNER: "pytest.StashKey[Owner]" = pytest.StashKey()
# Should the end of a test never come, the service deletes the account by itself.
_TTL = "1h"
_MARKER = ("scenario", "parameters", "name", "clock", "ttl", "seed")
_TAIL = 20
_BODY_LENGTH = 300


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    arguments = ", ".join(f"{name}=…" for name in _MARKER)
    config.addinivalue_line("markers", f"astra({arguments}): what the test's account is made of")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """In the controller of pytest-xdist: tell a worker where to ask for the service."""
    from .serving import Owner

    if _OWNER not in node.config.stash:
        node.config.stash[_OWNER] = Owner()
    node.workerinput[_SOCKET] = node.config.stash[_OWNER].path


def pytest_unconfigure(config: pytest.Config) -> None:
    """In the controller of pytest-xdist: stop the service."""
    if _OWNER in config.stash:
        config.stash[_OWNER].stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to the report of a test that failed which calls its account had last."""
    report = yield
    access = getattr(item, "funcargs", {}).get("astra_account")
    if report.failed and report.when == "call" and access is not None:
        title = f"astra journal, the last {_TAIL} calls"
        report.sections.append((title, _tail(access)))
    return report


@pytest.fixture(scope="session")
def astra_service(request: pytest.FixtureRequest) -> Iterator["Address"]:
    """The address of a service: the one at `ASTRA_URL`, or one that lasts as long as the tests."""
    if url := os.environ.get("ASTRA_URL"):
        yield _address(url)
    elif path := getattr(request.config, "workerinput", {}).get(_SOCKET):
        from .serving import ask

        yield ask(path)
    else:
        from .serving import TemporaryService

        with TemporaryService() as service:
            yield service.address


@pytest.fixture(scope="session")
def astra_simulator(astra_service: "Address") -> Iterator["Simulator"]:
    """A client of the service's controls."""
    from .client import Simulator

    with Simulator(
        astra_service.url, astra_service.control_token, ca_file=astra_service.ca_file
    ) as simulator:
        yield simulator


@pytest.fixture
def astra_account(
    request: pytest.FixtureRequest, astra_service: "Address", astra_simulator: "Simulator"
) -> Iterator["Access"]:
    """An account of the test's own, as its marker `astra` says; deleted afterwards."""
    from .access import Access
    from .errors import ProblemError

    account = astra_simulator.accounts.new(**{"ttl": _TTL, **_wanted(request.node)})
    yield Access(astra_service, account, astra_simulator.account(account.id))
    # The test may have deleted it.
    with suppress(ProblemError):
        astra_simulator.accounts.delete(account.id)


@pytest.fixture
def astra_clock(astra_account: "Access") -> "ClockControls":
    """The clock of the test's account."""
    return astra_account.controls.clock


@pytest.fixture
def astra_faults(astra_account: "Access") -> "FaultControls":
    """The fault rules of the test's account."""
    return astra_account.controls.faults


@pytest.fixture
def astra_checkpoints(astra_account: "Access") -> "CheckpointControls":
    """The checkpoints of the test's account."""
    return astra_account.controls.checkpoints


@pytest.fixture
def astra_journal(astra_account: "Access") -> "JournalControls":
    """The journal of the test's account."""
    return astra_account.controls.journal


def _address(url: str) -> "Address":
    """Return the service that somebody else runs; its token may be in its data folder."""
    from .finding import DATA_DIR, find
    from .serving import Address

    folder = Path(os.environ.get("ASTRA_DATA_DIR", DATA_DIR))
    found = find(url=url, token=os.environ.get("ASTRA_CONTROL_TOKEN"), data_dir=folder)
    return Address(
        url=found.url.rstrip("/"),
        control_token=found.token or "",
        https_url=found.url.rstrip("/") if found.url.startswith("https:") else None,
        ca_file=found.ca_file,
    )


def _wanted(item: pytest.Item) -> dict[str, Any]:
    """Return what the markers say, those nearest to the test last."""
    wanted: dict[str, Any] = {}
    for marker in reversed(list(item.iter_markers("astra"))):
        if marker.args or not marker.kwargs.keys() <= set(_MARKER):
            raise pytest.UsageError(f"the marker astra takes only {', '.join(_MARKER)}, by name")
        wanted |= marker.kwargs
    return wanted


def _tail(access: "Access") -> str:
    """Return the last calls of the account, in order; what was refused with its answer."""
    from .errors import SimulatorError

    try:
        page = access.controls.journal.search(limit=_TAIL, order="desc")
    except SimulatorError as error:
        return f"The journal cannot be read: {error}"
    lines = []
    for entry in reversed(page.items):
        lines.append(str(entry))
        if entry.status and entry.status >= 400 and entry.response_body is not None:
            lines.append(f"   {json.dumps(entry.response_body)}"[:_BODY_LENGTH])
    return "\n".join(lines) or "It had no calls."
