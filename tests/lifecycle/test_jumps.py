"""Whatever happens in an account: time may pass in one jump or in many, and the books agree."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import given

from tests.lifecycle.operations import Life, operations
from tests.lifecycle.strategies import examples

pytestmark = [pytest.mark.django_db, pytest.mark.long, pytest.mark.unmeasured]


@examples
@given(happening=operations)
def test_one_jump_and_many_small_ones_give_the_same_rows_and_history(happening: list[Any]) -> None:
    jumped = _lived(happening, in_one_jump=True)
    walked = _lived(happening, in_one_jump=False)
    assert jumped == walked


@examples
@given(happening=operations)
def test_a_bucket_counts_the_bytes_of_its_completed_backups(happening: list[Any]) -> None:
    with transaction.atomic():
        life = Life(in_one_jump=True)
        for operation in happening:
            life.live(operation)
            for stored, completed in life.stored_and_completed():
                assert stored == completed
        transaction.set_rollback(True)


def _lived(happening: list[Any], *, in_one_jump: bool) -> tuple[list[Any], list[Any]]:
    with transaction.atomic():
        life = Life(in_one_jump=in_one_jump)
        for operation in happening:
            life.live(operation)
        rows = list(life.rows())
        transaction.set_rollback(True)
    return life.answers, rows
