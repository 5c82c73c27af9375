"""An account is captured by GETs, and loaded elsewhere it answers the same."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client

from astra.accounts.models import Account
from astra.kit.capture.anonymous import anonymised
from astra.kit.capture.document import scenario_of
from astra.kit.capture.reading import Progress, Reader, Reading
from astra.kit.errors import ProblemError, UnreachableError
from astra.scenarios.documents import Source
from astra.scenarios.loading import load_scenario
from backups.models import App, AppBackup, Bucket
from hooks.models import HookSource
from tests import wire
from tests.conftest import Api
from tests.isolation.control import control
from tests.scenarios.seeded import call_as, check_history, forget, load
from tests.server.service import ROOT
from tests.wire import Received

GETS = [
    path.removeprefix("/accounts/{account_id}/")
    for path, methods in yaml.load(
        (ROOT / "docs" / "openapi.yaml").read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )["paths"].items()
    if "get" in methods and path.startswith("/accounts/{account_id}/")
]
# What no GET tells: see `astra.kit.capture.document.UNTOLD`.
UNTOLD = re.compile(r"/tokens|core/v1/(events|tasks|notifications)|/unreadNotifications|metrics$")
ARCHIVE: dict[str, Any] = {}
ID = "5c2f0d1e-8f0a-4b6e-9c3d-2a7b1e4f6d80"
UNTOLD_MEMBERS = {"licenseText", "correlationID"}


def get(api: Api, path: str) -> Received:
    """GET as a user; the ids of the demo are not all such as the published document has them."""
    return wire.whole(Client().get(path, headers={"Authorization": f"Bearer {api.token}"}))


def get_all(api: Api, path: str) -> Any:
    return told(json.loads(get(api, f"/accounts/{api.account.id}/{path}").content))["items"]


class InProcess(Reader):
    """A reader that has no network: it asks the service of the test."""

    def __init__(self, api: Api) -> None:
        super().__init__("http://testserver", {}, per_second=1e9)
        self._api = api
        self.paths: list[str] = []

    def get(self, path: str) -> Any:
        self.paths.append(path)
        answer = get(self._api, f"/{path}")
        if answer.status_code != 200:
            raise ProblemError(answer.status_code, json.loads(answer.content))
        return json.loads(answer.content)


def told(value: Any) -> Any:
    """Return what of a document a scenario can tell."""
    if isinstance(value, Mapping):
        return {name: told(each) for name, each in value.items() if name not in UNTOLD_MEMBERS}
    return [told(each) for each in value] if isinstance(value, list) else value


def answers(api: Api) -> dict[str, Any]:
    """Return the answers to all GETs of an account: every collection, every instance."""
    found: dict[str, Any] = {}

    def read(path: str) -> Any:
        if path not in found:
            answer = get(api, f"/accounts/{api.account.id}/{path}")
            is_json = "json" in answer["Content-Type"]
            document = told(json.loads(answer.content)) if is_json else ARCHIVE
            found[path] = (answer.status_code, document)
        return found[path][1]

    def walk(path: str) -> None:
        head, brace, rest = path.partition("{")
        if not brace:
            read(path)
            return
        for each in read(head.rstrip("/")).get("items", ()):
            walk(f"{head}{each['id']}{rest.partition('}')[2]}")

    for path in GETS:
        if not UNTOLD.search(path):
            walk(path)
    return found


def stopped(name: str, email: str) -> tuple[Api, str]:
    """Stop the clock of an account; return who calls as the user, and the instant."""
    account = Account.objects.get(name=name)
    answer = control().call("PUT", f"accounts/{account.id}/clock", {"mode": "manual"})
    return call_as(email), json.loads(answer.content)["now"]


def captured(api: Api, instant: str) -> tuple[dict[str, Any], list[str]]:
    reading = Reading(InProcess(api), str(api.account.id), Progress(None))
    estate = reading.read()
    return scenario_of(estate, name="estate", instant=datetime.fromisoformat(instant))


@pytest.mark.long
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("main", "owner@example.com"),
        ("troubled", "owner@troubled.example.com"),
        ("stopped", "owner@stopped.example.com"),
    ],
)
def test_the_captured_demo_answers_the_same_elsewhere(name: str, email: str) -> None:
    load("demo")
    api, instant = stopped(name, email)
    before = answers(api)
    scenario, filled = captured(api, instant)
    assert filled == []
    forget()
    load_scenario(Source("estate.yaml", yaml.safe_dump(scenario).encode()))
    check_history()
    after = answers(call_as(email))
    assert after.keys() == before.keys()
    for path in before:
        assert after[path] == before[path], path


@pytest.mark.django_db
def test_only_gets_are_sent_and_each_once() -> None:
    load("demo")
    api, _ = stopped("stopped", "owner@stopped.example.com")
    reader = InProcess(api)
    Reading(reader, str(api.account.id), Progress(None)).read()
    assert len(reader.paths) == len(set(reader.paths))
    assert "accounts?limit=200" in reader.paths


@pytest.mark.django_db
def test_a_reading_that_was_broken_off_goes_on_where_it_was(tmp_path: Path) -> None:
    load("demo")
    api, _ = stopped("stopped", "owner@stopped.example.com")
    file = tmp_path / "estate.yaml.part"

    class Breaking(InProcess):
        def get(self, path: str) -> Any:
            if len(self.paths) == 20:
                raise UnreachableError("gone")
            return super().get(path)

    first = Breaking(api)
    with pytest.raises(UnreachableError):
        Reading(first, str(api.account.id), Progress(file)).read()
    # Cut off in the midst of a line.
    with file.open("a") as kept:
        kept.write('["accounts/')
    second = InProcess(api)
    progress = Progress(file)
    estate = Reading(second, str(api.account.id), progress).read()
    # What was refused is asked again.
    assert {path for path in {*first.paths} & {*second.paths} if "ldap" not in path} == set()
    whole = Reading(InProcess(api), str(api.account.id), Progress(None)).read()
    assert estate.read == whole.read
    assert file.stat().st_mode & 0o077 == 0
    progress.forget()
    assert not file.exists()


@pytest.mark.django_db
def test_what_cannot_be_told_is_listed_and_filled_in() -> None:
    load("demo")
    HookSource.objects.update(private=True)
    api, instant = stopped("main", "owner@example.com")
    scenario, filled = captured(api, instant)
    assert filled == ["hookSources database: source"]
    (source,) = scenario["accounts"][0]["hookSources"]
    assert source["source"] == "IyEvYmluL3NoCg=="
    forget()
    load_scenario(Source("estate.yaml", yaml.safe_dump(scenario).encode()))


@pytest.mark.django_db
def test_what_is_not_simulated_is_left_out_and_listed() -> None:
    load("demo")
    api, instant = stopped("main", "owner@example.com")

    class Real(InProcess):
        """A server that has more than this one."""

        def get(self, path: str) -> Any:
            document = super().get(path)
            for each in document["items"]:
                each["fromTheFuture"] = {"any": "thing"}
                if each.get("name") == "web-shop" and "protectionState" in each:
                    each["protectionState"] = "golden"
            if "core/v1/settings" in path:
                document["items"].append(document["items"][0] | {"name": "astra.unheard", "id": ID})
            return document

    reading = Reading(Real(api), str(api.account.id), Progress(None))
    estate = reading.read()
    scenario, filled = scenario_of(estate, name="estate", instant=datetime.fromisoformat(instant))
    assert sorted(filled) == [
        "apps web-shop: protectionState is golden, which is not simulated",
        "settings astra.unheard: there is none here",
    ]
    forget()
    load_scenario(Source("estate.yaml", yaml.safe_dump(scenario).encode()))


@pytest.mark.django_db
def test_nobody_is_recognised_in_an_anonymous_scenario() -> None:
    load("demo")
    # Words that the API has for something else.
    values = ("owner", "ready", "openshift", "local")
    labels = [{"name": f"word{index}", "value": word} for index, word in enumerate(values)]
    App.objects.filter(name="wiki").update(labels=labels)
    api, instant = stopped("main", "owner@example.com")
    backups = AppBackup.objects.filter(account=api.account).count()
    scenario, _ = captured(api, instant)
    text = yaml.safe_dump(anonymised(scenario))
    for word in (
        *("owner@", "Olivia", "Retail", "ldap.example", "minio", "dc=example", "Rathaus", "901820"),
        *(
            "web-shop",
            "orders",
            "wiki",
            "offsite",
            "examplearchive",
            "production",
            "edge",
            "retail",
        ),
        *(
            "team",
            "nightly",
            "operators",
            "Freeze orders",
            "320000046",
            "192.0.2",
            "loyalty",
            "ontap-east",
        ),
    ):
        assert not re.search(rf"(?i)\b{word}", text), word
    # The same is called the same, and the scenario is one.
    forget()
    load_scenario(Source("estate.yaml", text.encode()))
    assert AppBackup.objects.count() == backups


@pytest.mark.django_db
def test_an_account_of_ones_own_is_made_of_a_captured_one() -> None:
    load("demo")
    api, instant = stopped("main", "owner@example.com")
    scenario, _ = captured(api, instant)
    # Beside the one that it was read of, with ids of its own.
    made = control().new(scenario=scenario, ttl="10m")
    apps = scenario["accounts"][0]["apps"]
    assert {each["name"] for each in made["apps"]} == {each["name"] for each in apps}
    assert not {each["id"] for each in made["apps"]} & {each["id"] for each in apps}
    assert made["clock"]["now"] == instant


@pytest.mark.django_db
def test_names_that_the_api_has_twice_are_told_apart_by_their_ids() -> None:
    load("demo")
    Bucket.objects.filter(name="offsite-backups").update(name="primary-backups")
    api, instant = stopped("main", "owner@example.com")
    before = get_all(api, "topology/v1/appBackups")
    scenario, _ = captured(api, instant)
    forget()
    load_scenario(Source("estate.yaml", yaml.safe_dump(scenario).encode()))
    assert get_all(call_as("owner@example.com"), "topology/v1/appBackups") == before
