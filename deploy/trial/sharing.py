"""What hosts must have in common, and have: journal, sessions of the admin site, lists of a replica."""

import time
from collections.abc import Iterator
from typing import Any

import requests

from astra.kit.client import Simulator
from astra.kit.records import Account
from deploy.trial.hosts import SHARED, Hosts, url_of
from deploy.trial.machines import eventually

_CALLS = 50
_STALE = {"Cache-Control": "max-stale=60"}
# As long as a call may be in one host's files alone, with ASTRA_JOURNAL_SPOOL=on.
_LATE_SECONDS = 5.0


def checks(hosts: Hosts) -> Iterator[str]:
    """Yield a line for each thing that holds. Raises ``AssertionError`` for one that does not."""
    first, second = (url_of(each) for each in hosts.webs)
    with Simulator(hosts.url, SHARED["ASTRA_CONTROL_TOKEN"]) as simulator:
        account = simulator.accounts.new(clock="manual")
        yield journal(account, first, second)
        yield list_after_create(account, first, second)
        yield stale_list(account, first, second)
        simulator.accounts.delete(account.id)
    yield admin_session(first, second)


def journal_through_files(hosts: Hosts) -> Iterator[str]:
    """Yield a line about the journal where each host has files of its own."""
    first, second = (url_of(each) for each in hosts.webs)
    with Simulator(hosts.url, SHARED["ASTRA_CONTROL_TOKEN"]) as simulator:
        account = simulator.accounts.new(clock="manual")
        yield journal(account, first, second)
        simulator.accounts.delete(account.id)


def journal(account: Account, first: str, second: str) -> str:
    """Each call through one host is in the journal that the other shows, at once."""
    late = [seconds for seconds in _delays(account, first, second) if seconds]
    slowest = f", the slowest after {max(late):.2f} s" if late else ""
    return (
        f"of {_CALLS} calls {_CALLS - len(late)} were in the other host's journal at once{slowest}"
    )


def _delays(account: Account, first: str, second: str) -> Iterator[float]:
    token = SHARED["ASTRA_CONTROL_TOKEN"]
    with Simulator(second, token) as reader:
        entries = reader.account(account.id).journal
        for number in range(_CALLS):
            path = f"nowhere/{number}"
            _call(account, "GET", f"{first}/accounts/{account.id}/{path}")
            answered = time.monotonic()
            looks = 0
            while not entries.search(path=f"*{path}").total:
                looks += 1
                assert time.monotonic() - answered < _LATE_SECONDS, f"no journal has {path}"
                time.sleep(0.01)
            yield time.monotonic() - answered if looks else 0.0


def list_after_create(account: Account, first: str, second: str) -> str:
    """A list through the other host has what was just created, whatever a replica knows."""
    for _ in range(_CALLS):
        made = _create(account, first).json()["id"]
        listed = _call(account, "GET", _backups(account, second))
        assert "Age" not in listed.headers
        assert made in {each["id"] for each in listed.json()["items"]}, "a list is out of date"
    return f"{_CALLS} lists through the other host had what was created just before"


def stale_list(account: Account, first: str, second: str) -> str:
    """A list of the replica is one where a caller allows it, and gets there in the end."""
    made = _create(account, first).json()["id"]
    found: list[str] = []

    def is_there() -> bool:
        listed = _call(account, "GET", _backups(account, second), _STALE)
        found.append(listed.headers.get("Age", "none"))
        return made in {each["id"] for each in listed.json()["items"]}

    began = time.monotonic()
    eventually(is_there, "the replica's list", 20)
    assert set(found) != {"none"}, "no list was the replica's"
    return (
        f"the replica's list had a backup after {time.monotonic() - began:.2f} s, Age {found[-1]}"
    )


def admin_session(first: str, second: str) -> str:
    """Who logs in through one host is known to the other."""
    with requests.Session() as session:
        page = f"{first}/admin/login/"
        session.get(page, timeout=60)
        sent = {
            "username": "admin",
            "password": SHARED["ASTRA_ADMIN_PASSWORD"],
            "csrfmiddlewaretoken": session.cookies["csrftoken"],
        }
        session.post(page, data=sent, headers={"Referer": page}, timeout=60)
        shown = session.get(f"{second}/admin/", allow_redirects=False, timeout=60)
        assert shown.status_code == 200, f"the other host answers {shown.status_code}"
    return "who logs in to the admin site through one host is known to the other"


def _backups(account: Account, url: str) -> str:
    return f"{url}/accounts/{account.id}/k8s/v1/apps/{account.apps[0].id}/appBackups"


def _create(account: Account, url: str) -> requests.Response:
    body = {"type": "application/astra-appBackup", "version": "1.1"}
    return _call(account, "POST", _backups(account, url), json=body)


def _call(
    account: Account, method: str, url: str, headers: dict[str, str] | None = None, **sent: Any
) -> requests.Response:
    own = {"Authorization": f"Bearer {account.token}", **(headers or {})}
    answer = requests.request(method, url, headers=own, timeout=60, **sent)
    assert answer.status_code in (200, 201, 404), answer.text
    return answer
