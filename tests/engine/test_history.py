"""The history of an account has a cap: what has been gone for longest leaves with its whole history."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from astra.accounts.models import Account
from astra.engine.history import INTERVAL_SECONDS, LOT, histories_trim
from astra.engine.models import Transition
from astra.engine.worker import Worker
from tests import world

CAP = 10


@pytest.fixture(autouse=True)
def _cap(settings: Any) -> None:
    settings.ASTRA = dataclasses.replace(settings.ASTRA, history_cap=CAP)


def live(account: Account, number: int, *way: str) -> None:
    """Write the history of a thing: a step a minute, from its own hour on."""
    resource_id = world.some_id()
    Transition.objects.bulk_create(
        Transition(
            account=account,
            kind=f"thing-{number}",
            resource_id=resource_id,
            sequence=sequence,
            from_state=before,
            to_state=after,
            at=world.START + timedelta(hours=number, minutes=sequence),
        )
        for sequence, (before, after) in enumerate(zip(["", *way], way, strict=False))
    )


def kept(account: Account) -> dict[int, int]:
    """How many steps there are of each thing."""
    kinds = Transition.objects.filter(account=account).values_list("kind", flat=True)
    numbers = [int(kind.rsplit("-", 1)[1]) for kind in kinds]
    return {number: numbers.count(number) for number in sorted(set(numbers))}


def test_what_has_been_gone_for_longest_leaves_with_its_whole_history(account: Account) -> None:
    other = world.make_account()
    for number in range(6):
        live(account, number, "pending", "completed", "deleted")
    live(other, 0, "pending", "completed", "deleted")
    # The tenth newest step is one of the third thing.
    assert histories_trim() == (6, True)
    assert kept(account) == {2: 3, 3: 3, 4: 3, 5: 3}
    assert kept(other) == {0: 3}
    assert histories_trim() == (0, True)


def test_what_is_there_keeps_its_history(account: Account) -> None:
    for number in range(6):
        live(account, number, "pending", "running", "completed")
    live(account, 6, "pending", "completed", "deleted")
    assert histories_trim().rows == 0
    assert sum(kept(account).values()) > CAP


def test_the_worker_does_it(account: Account) -> None:
    for number in range(6):
        live(account, number, "pending", "completed", "deleted")
    assert Worker(lambda seconds: False).trim() == 6
    assert INTERVAL_SECONDS <= 60


def test_what_is_more_than_a_lot_leaves_pass_after_pass(account: Account) -> None:
    Transition.objects.bulk_create(
        Transition(
            account=account,
            kind="thing",
            resource_id=world.some_id(),
            sequence=0,
            to_state="deleted",
            at=world.START + timedelta(seconds=number),
        )
        for number in range(LOT + CAP + 2)
    )
    worker = Worker(lambda seconds: False)
    assert (worker.trim(), worker.is_behind) == (LOT, True)
    assert (worker.trim(), worker.is_behind) == (2, False)
    assert worker.trim() == 0
    assert Transition.objects.filter(account=account).count() == CAP


def test_a_cap_of_none_leaves_what_is_there(account: Account, settings: Any) -> None:
    settings.ASTRA = dataclasses.replace(settings.ASTRA, history_cap=0)
    live(account, 0, "pending", "completed", "deleted")
    live(account, 1, "pending", "completed")
    assert histories_trim().rows == 3
    assert kept(account) == {1: 2}
