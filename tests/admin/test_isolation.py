"""Checkpoints, reset and deletion of whole accounts by hand."""

from astra.accounts.models import Account
from astra.isolation.accounts import AccountWanted, account_new
from astra.isolation.models import Checkpoint
from backups.models import App, AppBackup, Bucket
from tests import world
from tests.admin.conftest import Person, errors, list_of, make_backup, page_of, text_of


def test_an_account_goes_back_to_a_checkpoint(
    person: Person, account: Account, app: App, bucket: Bucket
) -> None:
    kept = make_backup(app)
    person.run("save", account, name="before")
    assert person.messages() == ["Saved 1 account as before."]
    AppBackup.objects.all().delete()
    make_backup(app, name="later")
    checkpoint = Checkpoint.objects.get()
    assert "before" in text_of(person.look(list_of(checkpoint)))
    assert "backups.appbackup" in person.look(page_of(checkpoint)).lower()
    person.run("restore", checkpoint)
    assert list(AppBackup.objects.all()) == [kept]


def test_a_checkpoint_is_added_and_deleted(person: Person, account: Account) -> None:
    path = f"{list_of(Checkpoint)}add/"
    person.send(path, account=account.pk, name="one")
    response = person.send(path, account=account.pk, name="one")
    assert list(errors(response)) == ["name"]
    response = person.send(path, account=account.pk, name="a/b")
    assert errors(response) == {"name": ["Must contain neither a slash nor NUL."]}
    person.run("delete_records", Checkpoint.objects.get())
    assert not Checkpoint.objects.exists()


def test_an_account_of_a_scenario_is_reset(person: Person, db: None) -> None:
    made = account_new(AccountWanted(scenario="empty"))
    world.make_app(made.account)
    person.run("reset", made.account)
    assert person.messages() == ["Reset 1 account."]
    assert not App.objects.exists()


def test_an_account_without_an_origin_is_not_reset(person: Person, account: Account) -> None:
    world.make_app(account)
    response = person.run("reset", account)
    assert list(errors(response)) == ["__all__"]
    assert App.objects.count() == 1


def test_an_account_is_deleted_with_everything(
    person: Person, account: Account, app: App, bucket: Bucket
) -> None:
    make_backup(app)
    other = world.make_app(world.make_account())
    response = person.send(f"{list_of(account)}{account.pk}/delete/", post="yes")
    assert response["Location"] == list_of(account)
    assert list(App.objects.all()) == [other]
    assert not AppBackup.objects.exists()
    assert Account.objects.count() == 1
