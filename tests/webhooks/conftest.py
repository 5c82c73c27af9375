"""A receiver, an account that tells it, and a worker's part that tells."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from astra.webhooks import delivering, sending
from astra.webhooks.delivering import Deliverer
from tests.conftest import Api
from tests.control import Control
from tests.webhooks.receiver import Receiver, receiving

SECRET = "a-secret-of-the-receiver"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture(autouse=True)
def private(settings: Any) -> None:
    """Let this machine be called."""
    settings.ASTRA = dataclasses.replace(settings.ASTRA, webhooks_private=True)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for what comes, however busy the machine is."""
    monkeypatch.setattr(sending, "TIMEOUT_SECONDS", 100.0)
    monkeypatch.setattr(delivering, "LONGEST_CALL_SECONDS", 500.0)


@pytest.fixture
def listen(api: Api) -> Callable[[Receiver], None]:
    def set_url(receiver: Receiver) -> None:
        body = {"url": f"{receiver.url}/ends?of=tests", "secret": SECRET}
        answer = Control().put(f"accounts/{api.account.id}/webhook", body)
        assert answer.status_code == 200, answer.content

    return set_url


@pytest.fixture
def tell(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Tell what waits, once; return how many ends were given up. Failures are due again at once."""
    monkeypatch.setattr(delivering, "FIRST_PAUSE_SECONDS", 0.0)
    deliverer = Deliverer()

    def once() -> int:
        return deliverer.deliver() + deliverer.finish(timeout_seconds=100)

    return once
