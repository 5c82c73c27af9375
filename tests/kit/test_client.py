"""The client of the controls, against a service that runs."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from astra.kit.access import Access
from astra.kit.client import Simulator
from astra.kit.controls import CheckpointControls, ClockControls, FaultControls, JournalControls
from astra.kit.errors import ProblemError, ServiceError, UnreachableError
from astra.kit.reading import iso_duration
from astra.kit.serving import Address

pytestmark = pytest.mark.server

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
STILL = pytest.mark.astra(clock={"mode": "manual", "now": "2026-01-05T12:00:00Z"})


def test_it_says_whether_the_service_is_there(astra_service: Address) -> None:
    with Simulator(astra_service.url + "/") as simulator:
        assert simulator.health()
        assert simulator.ready().is_ready
        simulator.wait()
    assert astra_service.https_url is not None
    with Simulator(astra_service.https_url, ca_file=astra_service.ca_file) as simulator:
        assert simulator.ready().reasons == ()


def test_where_nothing_listens_it_says_so() -> None:
    with Simulator("http://127.0.0.1:1") as simulator:
        assert not simulator.health()
        with pytest.raises(UnreachableError) as unreachable:
            simulator.ready()
        with pytest.raises(ServiceError) as late:
            simulator.wait(timeout_seconds=0)
    reason = "http://127.0.0.1:1 does not answer: connection refused"
    assert str(unreachable.value) == reason
    assert str(late.value) == f"not ready after 0 s: {reason}"


def test_a_refusal_carries_the_problem_document(astra_service: Address) -> None:
    with Simulator(astra_service.url, "wrong") as simulator, pytest.raises(ProblemError) as refused:
        simulator.accounts.list()
    problem = refused.value
    assert (problem.status, problem.number) == (401, 4)
    assert problem.document["title"] == "Invalid bearer token"
    assert str(problem).startswith("401 (problem 4): Invalid bearer token – The bearer token")


def test_an_account_is_made_listed_reset_and_deleted(astra_simulator: Simulator) -> None:
    accounts = astra_simulator.accounts
    made = accounts.new(
        "throwaway", name="mine", clock="real", ttl=timedelta(minutes=10), seed=2**31 - 1
    )
    assert made.token
    assert made.expires_at is not None
    assert (made.name, made.clock.mode, made.clock.status) == ("mine", "real", "ready")
    assert [app.name for app in made.apps] == ["web-shop", "orders-db"]
    assert made.id in [account.id for account in accounts.list()]
    assert accounts.reset(made.id).apps == accounts.get(made.id).apps == made.apps
    assert accounts.get(made.id).scenario == "throwaway"

    accounts.delete(made.id)
    with pytest.raises(ProblemError, match=r"404 \(problem 2\)"):
        accounts.get(made.id)
    again = accounts.new("throwaway", name="mine", clock="real", seed=2**31 - 1)
    accounts.delete(again.id)
    assert again.apps == made.apps


def test_what_is_wrong_with_an_account_is_named(astra_simulator: Simulator) -> None:
    with pytest.raises(ProblemError) as refused:
        astra_simulator.accounts.new(clock={"mode": "manual", "rate": 3})
    assert refused.value.number == 9
    assert refused.value.invalid == {"clock.rate": "Only a scaled clock has a rate."}


@STILL
def test_a_clock_is_moved(astra_clock: ClockControls, back_up: Callable[[], int]) -> None:
    assert astra_clock.read().now == NOON
    assert back_up() == 201
    first = astra_clock.step()
    assert [event.to_state for event in first.events] == ["discovering"]
    assert first.clock.now == first.events[0].at > NOON
    rest = astra_clock.drain()
    assert rest.is_over
    assert rest.event_count == len(rest.events)
    assert rest.events[-1].to_state == "completed"

    later = NOON + timedelta(hours=1)
    assert astra_clock.advance(to=later).clock.now == later
    assert astra_clock.advance("1h30m").events == ()
    astra_clock.advance(timedelta(milliseconds=1))
    astra_clock.sleep(0.5)
    later += timedelta(hours=1.5, seconds=0.501)
    assert astra_clock.wait().now == later
    assert astra_clock.monotonic() == later.timestamp()


@STILL
def test_how_time_goes_is_set(astra_clock: ClockControls) -> None:
    later = NOON + timedelta(days=1)
    assert astra_clock.set("manual", now=later).now == later
    assert astra_clock.set("scaled", rate=60).rate == 60
    assert astra_clock.freeze().mode == "manual"
    with pytest.raises(ProblemError) as refused:
        astra_clock.set("manual", now=NOON)
    assert refused.value.status == 409


def test_fault_rules_are_added_explained_and_deleted(
    astra_faults: FaultControls, back_up: Callable[[], int]
) -> None:
    rule = astra_faults.add(
        "refuse", problem=107, name="busy", match={"operation": "appBackup.create", "next": 1}
    )
    assert rule.effect == {"type": "refuse", "problem": 107}
    path = "k8s/v2/apps"
    explanations = astra_faults.explain("GET", path)
    assert [each.matches for each in explanations] == [False]
    assert "The operation is" in explanations[0].reasons[0]

    assert [back_up(), back_up()] == [409, 201]
    assert astra_faults.get(rule.id).hits == 1
    astra_faults.delete(rule.id)
    astra_faults.add("delay", seconds=0)
    assert [each.name for each in astra_faults.list()] == [None]
    astra_faults.clear()
    assert astra_faults.list() == ()


def test_a_fault_rule_is_replaced_and_switched_off(
    astra_faults: FaultControls, back_up: Callable[[], int]
) -> None:
    first = astra_faults.add("refuse", problem=107, name="busy", match={"next": 1})
    behind = astra_faults.add("delay", seconds=0, enabled=False)
    changed = astra_faults.replace(first.id, "refuse", problem=148, match={"next": 3})
    assert changed.id == first.id
    assert (changed.name, changed.match) == (None, {"next": 3})
    assert (changed.effect["problem"], changed.is_enabled) == (148, True)
    assert astra_faults.list() == (changed, behind)
    assert not behind.is_enabled

    off = astra_faults.replace(first.id, "refuse", problem=148, enabled=False)
    assert not off.is_enabled
    assert back_up() == 201
    with pytest.raises(ProblemError) as refused:
        astra_faults.replace("nothing", "delay", seconds=1)
    assert refused.value.status == 404


@STILL
def test_a_webhook_is_set_asked_and_let_go(
    astra_account: Access, astra_clock: ClockControls, back_up: Callable[[], int]
) -> None:
    webhook = astra_account.controls.webhook
    # Nobody is called there: it is an address of this machine.
    made = webhook.set("http://127.0.0.1:9/ends")
    assert made.secret is not None
    assert (made.url, made.waiting, made.dropped) == ("http://127.0.0.1:9/ends", 0, 0)
    assert back_up() == 201
    astra_clock.drain()
    asked = webhook.get()
    assert (asked.url, asked.secret, asked.waiting) == (made.url, None, 2)
    assert asked.next_attempt_at is not None
    assert webhook.set("http://127.0.0.1:9/others", secret="s" * 16).secret == "s" * 16
    assert "s" * 16 not in repr(webhook.set("http://127.0.0.1:9/others", secret="s" * 16))
    webhook.delete()
    with pytest.raises(ProblemError) as missing:
        webhook.get()
    assert missing.value.status == 404


@STILL
def test_a_checkpoint_is_saved_restored_exported_and_imported(
    astra_checkpoints: CheckpointControls,
    astra_clock: ClockControls,
    astra_account: Access,
) -> None:
    saved = astra_checkpoints.save("before noon?")
    assert (saved.name, saved.at, saved.account_id) == ("before noon?", NOON, astra_account.id)
    assert saved.rows["backups.app"] == 2
    file = astra_checkpoints.export(saved.name)
    astra_checkpoints.delete(saved.name)
    assert astra_checkpoints.list() == ()
    astra_clock.advance("1d")
    astra_checkpoints.import_("again", file)
    astra_checkpoints.restore("again")
    assert astra_clock.read().now == NOON


def test_scenarios_are_listed_previewed_and_seeded(astra_simulator: Simulator) -> None:
    scenarios = astra_simulator.scenarios
    assert "demo" in [each.name for each in scenarios.list()]
    preview = scenarios.preview("large", parameters={"backups": 5})
    assert preview.is_preview
    assert preview.created["backups"] == 5

    document = {"scenario": "kit", "title": "Kit", "accounts": [{"name": "kit"}]}
    report = scenarios.seed("kit", document)
    assert not report.is_preview
    assert report.created["accounts"] == 1
    text = "scenario: kit\ntitle: Kit\naccounts:\n  - name: kit\n"
    assert scenarios.seed("kit", text).kept["accounts"] == 1
    astra_simulator.accounts.delete(report.account_ids[0])


def test_the_journal_is_searched_verified_and_cleared(
    astra_journal: JournalControls, astra_faults: FaultControls, back_up: Callable[[], int]
) -> None:
    rule = astra_faults.add("refuse", problem=107, match={"next": 1})
    back_up()
    back_up()
    page = astra_journal.search(operation="appBackup.create", order="desc", limit=1)
    assert (page.total, page.dropped, len(page.items)) == (2, 0, 1)
    newest = page.items[0]
    assert newest == astra_journal.get(newest.sequence)
    assert newest.request_body["type"] == "application/astra-appBackup"
    assert str(newest) == f"#{newest.sequence} POST {newest.path} → 201"
    assert astra_journal.search(fault=rule.id).items[0].problem == 107
    assert astra_journal.search(since=newest.at + timedelta(days=1)).total == 0

    assert astra_journal.verify(status=201, exactly=1, body={"version": "1.1"})
    assert astra_journal.verify_in_order({"status": 409}, {"status": 201})
    verdict = astra_journal.verify(status=500)
    assert not verdict
    assert "The status is 201, not 500." in repr(verdict)
    assert astra_journal.script(status=201).count("\ncall ") == 1
    astra_journal.clear()
    assert astra_journal.search().items == ()


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        (timedelta(seconds=90), "PT90S"),
        (timedelta(microseconds=1), "PT0.000001S"),
        ("1h30m", "PT5400S"),
        ("P1D", "P1D"),
    ],
)
def test_durations_are_sent_as_the_service_takes_them(written: timedelta | str, sent: str) -> None:
    assert iso_duration(written) == sent


def test_what_is_no_duration_is_refused() -> None:
    with pytest.raises(ValueError, match="'5x' is no duration such as"):
        iso_duration("5x")


def test_an_instant_needs_a_time_zone(astra_clock: ClockControls) -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        astra_clock.advance(to=NOON.replace(tzinfo=None))
