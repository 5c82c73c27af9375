"""Webhooks on the admin site: set by a form, shown with their secret, let go of."""

from astra.accounts.models import Account
from astra.webhooks.models import Delivery, Webhook
from tests import world
from tests.admin.conftest import Person, errors, list_of, page_of, text_of


def test_a_webhook_is_set_shown_replaced_and_let_go_of(person: Person, account: Account) -> None:
    path = f"{list_of(Webhook)}add/"
    person.send(path, account=account.pk, url="https://ci.example.com/astra")
    webhook = Webhook.objects.get()
    assert (webhook.account_id, webhook.url) == (account.pk, "https://ci.example.com/astra")
    world.make_delivery(account)
    page = text_of(person.look(page_of(webhook)))
    assert webhook.secret in page
    assert "Waiting" in page
    person.send(
        path, account=account.pk, url="https://other.example.com/", secret="0123456789abcdef"
    )
    webhook = Webhook.objects.get()
    assert (webhook.url, webhook.secret) == ("https://other.example.com/", "0123456789abcdef")
    person.run("delete_records", webhook)
    assert (Webhook.objects.count(), Delivery.objects.count()) == (0, 0)


def test_what_is_no_url_is_said_at_its_field(person: Person, account: Account) -> None:
    path = f"{list_of(Webhook)}add/"
    answer = person.send(
        path, account=account.pk, url="https://user:word@ci.example.com/", secret="x"
    )
    assert set(errors(answer)) == {"secret"}
    answer = person.send(path, account=account.pk, url="https://user:word@ci.example.com/")
    assert errors(answer) == {"url": ["Must have no user, no password and no fragment."]}
    assert not Webhook.objects.exists()
