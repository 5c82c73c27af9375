"""Steering backups and snapshots by hand: asked first, then the same actions as everywhere."""

from typing import Any

import pytest

from astra.accounts.models import Account
from astra.engine.models import Transition
from backups.models import App, AppBackup, Bucket, Snapshot
from tests import world
from tests.admin.conftest import Person, errors, list_of, make_backup, page_of, text_of


@pytest.fixture
def backup(app: App, bucket: Bucket) -> AppBackup:
    return make_backup(app, name="nightly")


def running(backup: AppBackup) -> AppBackup:
    world.advance(Account.objects.get(pk=backup.account_id), 7)
    backup.refresh_from_db()
    assert backup.state == "running"
    return backup


def test_an_action_asks_before_it_does_anything(person: Person, backup: AppBackup) -> None:
    response = person.send(
        list_of(backup), action="complete", _selected_action=[str(backup.pk)], index="0"
    )
    page = text_of(response.content.decode())
    assert "Complete: 1 backup They are completed now, whatever their fate was" in page
    assert "nightly pending" in page
    backup.refresh_from_db()
    assert backup.state == "pending"


def test_an_action_says_beforehand_whom_it_will_leave_alone(
    person: Person, backup: AppBackup, app: App, bucket: Bucket
) -> None:
    done = [world.make_backup(app, bucket, name=f"done-{number}") for number in range(2)]

    def asked(action: str, *records: AppBackup) -> str:
        chosen = [str(each.pk) for each in records]
        answer = person.send(list_of(backup), action=action, _selected_action=chosen)
        return text_of(answer.content.decode())

    page = asked("fail", backup, *done)
    assert "Fail: 1 backup of the 3 backups chosen They fail now" in page
    assert "nightly pending 2 are left as they are: done-" in page
    assert page.count("is completed, cannot become failed") == 2
    for action, why in (
        ("complete", "cannot become completed"),
        ("advance", "has no next step"),
        ("fail", "cannot become failed"),
    ):
        page = asked(action, *done)
        assert "All of them are left as they are" in page, action
        assert page.count(f"is completed, {why}") == 2, action
        assert "Reason" not in page
        # It was no more than said.
        person.run(action, *done, reason="because")
        assert all(why in message for message in person.messages())
    assert "Remove: 3 backups They are" in asked("remove", backup, *done)


def test_a_records_own_page_asks_too(person: Person, backup: AppBackup) -> None:
    page = person.look(f"{list_of(backup)}{backup.pk}/fail/")
    assert "They fail now, for the reason you give." in page
    assert 'name="reason"' in page
    backup.refresh_from_db()
    assert backup.state == "pending"


def test_advance_takes_the_next_step(person: Person, backup: AppBackup) -> None:
    response = person.run("advance", backup)
    assert response["Location"] == list_of(backup)
    assert person.messages() == ["Advanced 1 backup."]
    backup.refresh_from_db()
    assert backup.state == "discovering"
    assert world.snapshot_of(backup).state == "completed"


def test_complete_completes_from_the_records_page(person: Person, backup: AppBackup) -> None:
    response = person.send(f"{list_of(backup)}{backup.pk}/complete/", confirmed="complete")
    assert response["Location"] == page_of(backup)
    backup.refresh_from_db()
    assert backup.state == "completed"
    assert backup.bucket.stored_bytes == backup.total_bytes == 10_000


def test_fail_wants_a_reason(person: Person, backup: AppBackup) -> None:
    response = person.run("fail", backup)
    assert errors(response) == {"reason": ["This field is required."]}
    response = person.run("fail", backup, reason="x" * 128)
    assert errors(response) == {
        "reason": ["Ensure this value has at most 127 characters (it has 128)."]
    }
    backup.refresh_from_db()
    assert backup.state == "pending"


def test_fail_shows_the_reason_and_the_hook(person: Person, backup: AppBackup) -> None:
    running(backup)
    person.run(
        "fail",
        backup,
        reason="the volume went away",
        hook_title="pre-snapshot hook failed",
        hook_detail="exit status 1",
    )
    backup.refresh_from_db()
    assert (backup.state, backup.state_unready) == ("failed", ["the volume went away"])
    assert backup.hook_state == "failed"
    assert [(each["title"], each["detail"]) for each in backup.hook_state_details] == [
        ("pre-snapshot hook failed", "exit status 1")
    ]


@pytest.mark.parametrize(
    ("action", "state"), [("remove", "removed"), ("make_unknown", "unknown"), ("fail", "failed")]
)
def test_a_backup_is_ended_for_a_reason(
    action: str, state: str, person: Person, backup: AppBackup
) -> None:
    person.run(action, running(backup), reason="by hand")
    backup.refresh_from_db()
    assert (backup.state, backup.state_unready) == (state, ["by hand"])
    last = Transition.objects.filter(resource_id=backup.pk).order_by("-sequence")[0]
    assert (last.from_state, last.to_state, last.reason) == ("running", state, "by hand")


def test_what_an_action_does_not_apply_to_is_told_and_left_alone(
    person: Person, app: App, bucket: Bucket, backup: AppBackup
) -> None:
    done = world.make_backup(app, bucket, name="done")
    person.run("fail", backup, done, reason="no luck")
    assert person.messages() == [
        "done is completed, cannot become failed.",
        "Failed 1 backup.",
    ]
    done.refresh_from_db()
    assert (done.state, done.hook_state) == ("completed", None)


def test_many_refusals_are_told_in_few_words(person: Person, app: App, bucket: Bucket) -> None:
    done = [world.make_backup(app, bucket) for _ in range(7)]
    person.run("advance", *done)
    told = person.messages()
    assert len(told) == 6
    assert told[-1] == "2 backups more were left as they are."


def test_an_action_on_everything_that_a_filter_finds(
    person: Person, app: App, bucket: Bucket
) -> None:
    wanted = [make_backup(app, name=f"wanted-{number}") for number in range(3)]
    other = make_backup(app, name="other")
    first = {"action": "complete", "select_across": "1", "index": "0"}
    path = f"{list_of(other)}?q=wanted"
    response = person.send(path, **first, _selected_action=[str(wanted[0].pk)])
    page = response.content.decode()
    assert "Complete: 3 backups" in text_of(page)
    assert '<input type="hidden" name="select_across" value="1">' in page
    person.send(path, **first, confirmed="complete", _selected_action=[str(wanted[0].pk)])
    states = AppBackup.objects.order_by("name").values_list("name", "state")
    assert list(states) == [
        ("other", "pending"),
        ("wanted-0", "completed"),
        ("wanted-1", "completed"),
        ("wanted-2", "completed"),
    ]


def test_too_many_records_at_once_are_refused(
    person: Person, app: App, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("astra.adminsite.confirming.MOST_ROWS", 2)
    backups = [world.make_backup(app, bucket) for _ in range(3)]
    response = person.run("remove", *backups, reason="all")
    assert response["Location"] == list_of(backups[0])
    assert person.messages() == ["At most 2 records at once: narrow the list first."]
    assert set(AppBackup.objects.values_list("state", flat=True)) == {"completed"}


def test_delete_does_what_the_api_does(person: Person, app: App, bucket: Bucket) -> None:
    bucket.stored_bytes = 10_000
    bucket.save()
    done = world.make_backup(app, bucket)
    page = person.look(f"{list_of(done)}{done.pk}/delete/")
    assert "Yes, I’m sure" in page
    response = person.send(f"{list_of(done)}{done.pk}/delete/", post="yes")
    assert response["Location"] == list_of(done)
    assert not AppBackup.objects.exists()
    bucket.refresh_from_db()
    assert bucket.stored_bytes == 0


def test_a_delete_that_the_api_refuses_says_why(person: Person, backup: AppBackup) -> None:
    response = person.send(f"{list_of(backup)}{backup.pk}/delete/", post="yes")
    assert response["Location"] == page_of(backup)
    assert person.messages() == [
        "Backup cancellation not allowed. A pending backup can't be canceled."
    ]
    assert AppBackup.objects.filter(pk=backup.pk).exists()


def test_selected_records_are_deleted_one_by_one(
    person: Person, app: App, bucket: Bucket, backup: AppBackup
) -> None:
    done = world.make_backup(app, bucket, state="failed")
    person.run("delete_records", done, backup)
    assert list(AppBackup.objects.values_list("name", flat=True)) == ["nightly"]
    told = person.messages()
    assert told[0].startswith("nightly: Backup cancellation not allowed.")
    assert told[1] == "Deleted 1 backup."


def test_snapshots_are_steered_alike(person: Person, app: App, bucket: Bucket) -> None:
    backup = make_backup(app)
    snapshot = world.snapshot_of(backup)
    person.run("advance", snapshot)
    snapshot.refresh_from_db()
    assert snapshot.state == "discovering"
    person.run("fail", snapshot, reason="out of space", hook_title="hook broke")
    snapshot.refresh_from_db()
    backup.refresh_from_db()
    assert (snapshot.state, snapshot.state_unready) == ("failed", ["out of space"])
    assert (backup.state, backup.state_unready) == ("failed", ["out of space"])


@pytest.mark.parametrize(("action", "state"), [("remove", "removed"), ("make_unknown", "unknown")])
def test_a_snapshot_is_lost_for_a_reason(action: str, state: str, person: Person, app: App) -> None:
    snapshot = world.make_snapshot(app)
    person.run(action, snapshot, reason="gone")
    snapshot.refresh_from_db()
    assert (snapshot.state, snapshot.state_unready) == (state, ["gone"])


def test_a_snapshot_is_deleted_unless_a_backup_uses_it(
    person: Person, app: App, bucket: Bucket
) -> None:
    used = world.snapshot_of(make_backup(app))
    free = world.make_snapshot(app)
    person.run("delete_records", used, free)
    assert list(Snapshot.objects.all()) == [used]
    assert person.messages()[0].startswith(f"{used}: Backup in progress.")


def test_an_action_on_a_record_that_is_gone_leads_back(person: Person, backup: AppBackup) -> None:
    response = person.client.get(f"{list_of(backup)}{world.some_id()}/fail/")
    assert response.status_code == 302
    assert response["Location"] == "/admin/"


def test_who_may_only_look_cannot_act(backup: AppBackup, django_user_model: Any) -> None:
    from django.contrib.auth.models import Permission

    viewer = django_user_model.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename="view_appbackup"))
    person = Person(viewer)
    assert "nightly" in person.look(list_of(backup))
    page = person.look(page_of(backup))
    assert "Fail…" not in page
    assert person.client.get(f"{list_of(backup)}{backup.pk}/fail/").status_code == 403
    path = f"{list_of(backup)}{backup.pk}/fail/"
    assert person.send(path, confirmed="fail", reason="x").status_code == 403
    backup.refresh_from_db()
    assert backup.state == "pending"


def test_what_was_done_is_in_the_sites_own_history(person: Person, backup: AppBackup) -> None:
    person.run("complete", backup)
    page = text_of(person.look(f"{list_of(backup)}{backup.pk}/history/"))
    assert "ada" in page
    assert "Complete" in page
