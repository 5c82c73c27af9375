"""A delayed call unwinds, so that it holds no thread, and goes on where it was when it comes back."""

from typing import Any

import pytest

from astra.api.clock import clock_set_to, monotonic_seconds, real_now
from astra.api.waits import CROWD, Wait
from astra.journal.models import JournalEntry
from astra.server.crowd import Crowd
from backups.models import App, AppBackup, Bucket
from tests.conftest import BACKUP, Api, number
from tests.ruling import Faults

pytestmark = pytest.mark.django_db


@pytest.fixture
def backups_of(app: App, bucket: Bucket) -> str:
    return f"k8s/v1/apps/{app.id}/appBackups"


def sent(api: Api, path: str, body: Any, environ: dict[str, Any]) -> Any:
    """Send a call as the web server does: again, after each wait. Returns its waits and the answer."""
    waits: list[float] = []
    while True:
        try:
            return waits, api.call("POST", path, body, environ=environ)
        except Wait as wait:
            waits.append(wait.seconds)
            environ = environ | dict(wait.environ)


def test_a_call_waits_for_each_rule_once_and_is_carried_out_once(
    api: Api, faults: Faults, backups_of: str
) -> None:
    faults.add("delay", seconds=30)
    faults.add("delay", seconds=40, match={"method": "POST"})
    waits, answer = sent(api, backups_of, BACKUP, {CROWD: Crowd(most=1)})
    assert (waits, answer.status_code) == ([30.0, 40.0], 201)
    assert faults.hits() == [1, 1]
    assert AppBackup.objects.count() == 1


def test_later_rules_have_their_say(api: Api, faults: Faults, backups_of: str) -> None:
    faults.add("delay", seconds=30)
    faults.add("refuse", problem=24)
    waits, answer = sent(api, backups_of, BACKUP, {CROWD: Crowd(most=1)})
    assert (waits, number(answer)) == ([30.0], 24)
    assert faults.hits() == [1, 1]


def test_the_journal_has_the_call_once_from_its_very_beginning(
    api: Api, faults: Faults, backups_of: str
) -> None:
    rule = faults.add("delay", seconds=30)
    began, seconds = real_now(), monotonic_seconds()
    environ: dict[str, Any] = {CROWD: Crowd(most=1)}
    with (
        clock_set_to(lambda: began, seconds=lambda: seconds),
        pytest.raises(Wait) as wait,
    ):
        api.call("POST", backups_of, BACKUP, environ=environ)
    with clock_set_to(seconds=lambda: seconds + 30):
        api.call("POST", backups_of, BACKUP, environ=environ | dict(wait.value.environ))
    (entry,) = JournalEntry.objects.filter(path__endswith="/appBackups")
    assert (entry.real_at, entry.status) == (began, 201)
    assert entry.duration_milliseconds == 30_000
    assert [str(each) for each in entry.fault_ids] == [rule["id"]]


def test_beyond_the_share_of_an_account_a_call_is_refused(api: Api, backups_of: str) -> None:
    crowd = Crowd(most=1)
    crowd.enter(api.account.id)
    answer = api.call("POST", backups_of, BACKUP, environ={CROWD: crowd})
    assert (number(answer), answer["Retry-After"]) == (24, "1")
    assert answer["Connection"] == "close"
