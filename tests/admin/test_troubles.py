"""What pages say while the database cannot do everything."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from astra.accounts.models import Account
from astra.journal.draining import drain
from astra.journal.models import JournalEntry
from tests.admin.conftest import Person, list_of
from tests.conftest import Api


@contextmanager
def database_that_only_reads() -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL transaction_read_only = on")
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("path", ["/admin/", list_of(JournalEntry)])
def test_a_page_that_only_reads_is_shown(person: Person, api: Api, path: str) -> None:
    drain()
    api.get("k8s/v2/apps")
    with database_that_only_reads():
        assert "k8s/v2/apps" not in person.look(path)
    assert "k8s/v2/apps" in person.look(path)


def test_what_cannot_be_written_now_may_be_tried_again(
    person: Person, caplog: pytest.LogCaptureFixture
) -> None:
    person.client.raise_request_exception = False
    form = {"name": "lab", "clock_mode": "manual"}
    start = {"starts_at_0": "2026-01-05", "starts_at_1": "12:00:00"}
    with database_that_only_reads():
        response = person.send(f"{list_of(Account)}add/", **form, **start)
    assert response.status_code == 503
    assert response["Retry-After"]
    assert [record.exc_info for record in caplog.records] == [None]
