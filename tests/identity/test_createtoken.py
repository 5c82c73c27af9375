"""`manage.py createtoken`: prints a token that works, or says what is wrong."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from astra.accounts.models import Account, Token
from tests import world
from tests.conftest import Api, number


def create(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    call_command("createtoken", *arguments)
    return capsys.readouterr().out


def test_it_prints_a_token_that_works(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    user = world.make_user(account, email="ada@example.com")
    printed = create(capsys, "ada@example.com")
    assert Api(account, printed.strip()).get("").status_code == 200
    assert printed.count("\n") == 1
    assert Token.objects.get(user=user).name == "createtoken"


def test_the_token_has_the_name_it_was_given(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    user = world.make_user(account, email="ada@example.com")
    create(capsys, "ada@example.com", "--name", "script")
    assert Token.objects.get(user=user).name == "script"


@pytest.mark.parametrize("name", ["", "x" * 64])
def test_a_name_that_the_api_would_refuse_is_refused(account: Account, name: str) -> None:
    world.make_user(account, email="ada@example.com")
    with pytest.raises(CommandError, match="1 to 63"):
        call_command("createtoken", "ada@example.com", "--name", name)
    assert not Token.objects.exists()


def test_an_unknown_user_is_named(account: Account) -> None:
    with pytest.raises(CommandError, match=r"no user has the email nobody@example\.com"):
        call_command("createtoken", "nobody@example.com")


def test_the_account_decides_between_users_of_one_email(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    other = world.make_account(name="Reseller")
    for each in (account, other):
        world.make_user(each, email="ada@example.com")
    with pytest.raises(CommandError, match=f"{other.id}  Reseller"):
        call_command("createtoken", "ada@example.com")
    printed = create(capsys, "ada@example.com", "--account", str(other.id))
    assert Api(other, printed.strip()).get("").status_code == 200


def test_the_token_expires_by_the_clock_of_the_account(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    user = world.make_user(account, email="ada@example.com")
    caller = Api(account, create(capsys, "ada@example.com", "--expires-in", "1h").strip())
    assert Token.objects.get(user=user).expires_at == world.START + timedelta(hours=1)
    assert caller.get("").status_code == 200
    world.advance(account, 3600)
    assert number(caller.get("")) == 4


@pytest.mark.parametrize(
    ("duration", "reason"),
    [
        ("soon", "--expires-in: 'soon' is no duration such as 3d2h, 90s or PT1H30M"),
        ("600000w", "--expires-in: '600000w' is longer than a thousand years"),
    ],
)
def test_a_duration_that_is_none_is_refused(account: Account, duration: str, reason: str) -> None:
    world.make_user(account, email="ada@example.com")
    with pytest.raises(CommandError) as caught:
        call_command("createtoken", "ada@example.com", "--expires-in", duration)
    assert str(caught.value) == reason
    assert not Token.objects.exists()
