"""The estate, made once for all tests of a module."""

from collections.abc import Iterator

import pytest
import pytest_django
from django.db import transaction

from astra.accounts import callers
from backups.actions import drafting
from tests.reach.estate import Estate, make_estate


@pytest.fixture(scope="module")
def standing_estate(
    django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> Iterator[Estate]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_estate()
        transaction.set_rollback(True)


@pytest.fixture
def estate(standing_estate: Estate, db: None) -> Estate:
    # What was done to it is undone, unknown to this process.
    for memory in (callers._remembered, drafting._remembered):
        memory.clear()
    return standing_estate
