"""`GET /simulator/v1/metrics`: what is counted, and that all processes of the service are."""

import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.utils import OperationalError
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from astra.accounts.models import Account
from astra.api import metrics
from astra.api.clock import real_now
from astra.engine.advancing import advance
from astra.kit.client import Simulator
from astra.webhooks.models import Delivery, Webhook
from backups.models import App, Bucket
from tests import world
from tests.conftest import Api
from tests.control import Control
from tests.lifecycle.making import make
from tests.server.service import ROOT, SHARED, Service

pytestmark = pytest.mark.django_db

Values = Mapping[str, float]


def values(text: str) -> Values:
    """The samples, by name and labels."""
    return {
        sample.name
        + "".join(f" {value}" for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def scrape(control: Control) -> Callable[[], Values]:
    def scrape() -> Values:
        answer = control.get("metrics")
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith("text/plain; version=")
        return values(answer.content.decode())

    return scrape


def test_it_takes_the_control_token() -> None:
    assert Client().get("/simulator/v1/metrics").status_code == 401


def test_requests_are_counted_by_operation_and_status(
    api: Api, app: App, bucket: Bucket, scrape: Callable[[], Values]
) -> None:
    before = scrape()
    api.create_backup(app)
    api.create_backup(app, name="NO")
    api.get("k8s/v2/nowhere")
    api.call("OPTIONS", "/admin/login/", root=True)
    after = scrape()

    def grown(name: str) -> float:
        return after[name] - before.get(name, 0)

    assert grown("astra_requests_total appBackup.create 201") == 1
    assert grown("astra_requests_total appBackup.create 400") == 1
    assert grown("astra_requests_total other 404") == 1
    assert grown("astra_requests_total page 200") == 1
    assert grown("astra_requests_total control 200") == 1
    assert grown("astra_problems_total 8") == 1
    assert grown("astra_problems_total 2") == 1
    assert grown("astra_request_seconds_count appBackup.create") == 2
    assert grown("astra_request_seconds_bucket +Inf appBackup.create") == 2
    # The one that asks.
    assert after["astra_requests_in_progress"] == 1


def test_transitions_are_counted_and_lateness_is_in_real_seconds(
    scrape: Callable[[], Values],
) -> None:
    account = world.make_account(mode="scaled", clock_rate=60.0)
    world.make_bucket(account)
    backup = make(world.make_app(account))
    Account.objects.update(clock_real=real_now() - timedelta(hours=1))
    before = scrape()
    # Due soon after it was made, an hour ago.
    assert 3500 < before["astra_lag_seconds"] < 3700
    done = advance(account_id=account.id)
    after = scrape()
    assert after["astra_transitions_total"] - before["astra_transitions_total"] == done.count > 0
    assert after["astra_lag_seconds"] == 0
    backup.refresh_from_db()
    assert backup.state == "completed"


def test_what_webhooks_have_to_tell_is_counted_and_its_lateness_is_in_real_seconds(
    account: Account, scrape: Callable[[], Values]
) -> None:
    Webhook.objects.create(account=account, url="https://ci.example.com", secret="s" * 16)
    assert (scrape()["astra_webhooks_waiting"], scrape()["astra_webhooks_lag_seconds"]) == (0, 0)
    hour = timedelta(hours=1)
    for next_attempt_at in (real_now() - hour, real_now() + hour):
        Delivery.objects.create(
            account=account,
            kind="appBackup",
            resource_id=world.some_id(),
            sequence=3,
            from_state="running",
            state="completed",
            at=account.now(),
            next_attempt_at=next_attempt_at,
        )
    found = scrape()
    assert found["astra_webhooks_waiting"] == 2
    assert 3500 < found["astra_webhooks_lag_seconds"] < 3700


def test_sessions_of_the_database_are_counted_by_what_they_do(
    scrape: Callable[[], Values],
) -> None:
    found = scrape()
    assert found["astra_database_up"] == 1
    assert found["astra_worker_up"] == 0
    assert found["astra_database_connections active"] >= 1


def test_without_a_database_the_rest_is_there(
    scrape: Callable[[], Values], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> float:
        raise OperationalError("connection refused")

    with monkeypatch.context() as patch:
        patch.setattr("astra.server.measuring.lag_seconds", refuse)
        patch.setattr("astra.server.measuring.connection.close", lambda: None)
        found = scrape()
    assert found["astra_database_up"] == 0
    assert "astra_lag_seconds" not in found
    assert "astra_transitions_total" in found


@pytest.mark.parametrize("file", ["grafana.json", "operations.md"])
def test_dashboard_and_page_name_the_metrics_that_there_are(file: str, control: Control) -> None:
    text = (ROOT / "docs" / file).read_text()
    named = {re.sub("_(total|bucket)$", "", name) for name in re.findall(r"\bastra_\w+", text)}
    there = text_string_to_metric_families(control.get("metrics").content.decode())
    assert named == {family.name for family in there}


def count(folder: Path, code: str) -> str:
    """Do something in a process that shares the folder; return what it prints."""
    return subprocess.run(
        [sys.executable, "-c", f"from astra.api.metrics import *; {code}"],
        env={"PROMETHEUS_MULTIPROC_DIR": str(folder), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_what_processes_counted_stays_and_what_they_were_at_ends(tmp_path: Path) -> None:
    folder = tmp_path / "metrics"
    for _ in range(2):
        metrics.empty(folder)
        assert list(folder.glob("*")) == []
        for _ in range(2):
            count(folder, "JOURNAL_DROPPED.inc(2); IN_PROGRESS.inc()")
        found = values(count(folder, "IN_PROGRESS.inc(); print(exposed().decode())"))
        assert found["astra_journal_dropped_total"] == 4
        assert found["astra_requests_in_progress"] == 1


@pytest.mark.server
@SHARED
def test_all_processes_of_the_service_are_counted_together(running: Service) -> None:
    token = (running.data_dir / "control_token").read_text().strip()

    def scrape() -> Values:
        with Simulator(running.url, token) as simulator:
            return values(simulator._transport.call("GET", "metrics").text())

    counted = "astra_requests_total appBackup.list 200"
    before = scrape().get(counted, 0)
    # Whichever worker of the web server answers.
    for _ in range(8):
        running.backup_ids()
    after = scrape()
    assert after[counted] - before == 8
    assert after["astra_worker_up"] == 1
