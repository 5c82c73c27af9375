"""The journal on the admin site."""

import json
from typing import Any

import pytest

from astra.faults.models import FaultRule
from astra.journal.models import JournalEntry
from backups.models import App, Bucket
from tests import world
from tests.admin.conftest import Person, list_of, page_of, text_of
from tests.conftest import Api


@pytest.fixture
def entry(api: Api) -> JournalEntry:
    api.post("topology/v1/buckets", {"name": "<b>bold</b>"}, User_Agent="curl/8")
    return JournalEntry.objects.get()


def test_a_call_is_listed(person: Person, entry: JournalEntry) -> None:
    listed = text_of(person.look(list_of(entry)))
    assert "POST topology/v1/buckets 400 8 Invalid JSON resource" in listed
    assert f"{entry.duration_milliseconds:,.1f} ms" in listed


def test_a_call_is_shown_with_both_bodies(person: Person, entry: JournalEntry) -> None:
    page = person.look(page_of(entry))
    told = text_of(page)
    assert "<b>bold" not in page
    assert '{ "name": "<b>bold</b>" }' in told
    assert '"title": "Invalid JSON resource"' in told
    assert "User-Agent: curl/8" in told
    assert "bucket.create" in told
    assert str(entry.user_id) in told


def test_odd_calls_are_shown(person: Person, api: Api, entry: JournalEntry) -> None:
    rule = FaultRule.objects.create(
        account=api.account, position=0, effect="drop-connection", created_at=world.START
    )
    deep = "[" * 300 + "]" * 300
    odd = JournalEntry.objects.create(
        account=api.account,
        at=world.START,
        real_at=world.START,
        duration_milliseconds=1234.56,
        method="GET",
        path="/accounts",
        query="limit=1",
        status=0,
        problem=9999,
        request_body=deep,
        response_body='{"half',
        response_body_cut=True,
        fault_ids=[rule.id],
    )
    listed = text_of(person.look(list_of(odd)))
    assert f"GET /accounts dropped 9999 1,234.6 ms {str(rule.id)[:8]}" in listed
    told = text_of(person.look(page_of(odd)))
    assert deep in told
    assert '{"half cut' in told


def test_calls_are_found_by_number_path_and_filter(person: Person, api: Api) -> None:
    api.get("topology/v1/buckets")
    api.get("k8s/v2/apps")
    api.call("PUT", "k8s/v2/apps", {})

    def found(**query: Any) -> list[str]:
        response: Any = person.client.get(list_of(JournalEntry), query)
        return [row.method for row in response.context["cl"].result_list]

    assert found() == ["PUT", "GET", "GET"]
    assert found(q="v2/APPS") == ["PUT", "GET"]
    assert found(q=str(JournalEntry.objects.earliest("sequence").pk)) == ["GET"]
    assert found(q="9" * 30) == []
    assert found(method="PUT") == ["PUT"]
    assert found(status="405") == ["PUT"]
    assert found(account__id__exact=api.account.pk) == ["PUT", "GET", "GET"]
    assert found(account__id__exact=world.make_account().pk) == []


def test_the_calls_of_an_account_are_downloaded_as_a_script(
    person: Person, entry: JournalEntry, stranger: Api
) -> None:
    stranger.get("k8s/v2/apps")
    link = f"{list_of(entry)}{entry.pk}/script"
    assert f'href="/admin/journal/journalentry/{entry.pk}/script' in person.look(page_of(entry))
    response: Any = person.client.get(link, follow=True)
    script = b"".join(response.streaming_content).decode()
    assert script.count("\ncall '") == 1
    assert json.dumps({"name": "<b>bold</b>"}) in script
    for other in ("0", "x"):
        assert person.client.get(f"{list_of(entry)}{other}/script", follow=True).status_code == 404


def test_a_rule_begins_like_a_call(
    person: Person, api: Api, app: App, bucket: Bucket, entry: JournalEntry
) -> None:
    def begun(entry: JournalEntry) -> tuple[str, dict[str, Any]]:
        path = f"{list_of(entry)}{entry.pk}/make_rule/"
        assert path.rstrip("/") in person.look(page_of(entry))
        response: Any = person.client.get(path, follow=True)
        form = response.context["adminform"].form
        shown = {name: form[name].value() for name in form.fields}
        said = {name: value for name, value in shown.items() if name.startswith("match_")}
        return shown["effect"], {name: value for name, value in said.items() if value}

    effect, said = begun(entry)
    assert (effect, said) == ("refuse", {"match_operation": "bucket.create"})
    api.post(f"k8s/v1/apps/{app.id}/appBackups", {"bucketID": str(bucket.id)})
    called = JournalEntry.objects.latest("sequence")
    effect, said = begun(called)
    assert effect == "backup-fail"
    assert said == {
        "match_operation": "appBackup.create",
        "match_app": str(app.id),
        "match_bucket": str(bucket.id),
    }
    JournalEntry.objects.filter(pk=called.pk).update(request_body="{", path="/accounts/x/comets")
    response: Any = person.client.get(f"{list_of(called)}{called.pk}/make_rule", follow=True)
    assert "No rule meets a call that is none" in text_of(response.content.decode())


def test_a_call_is_downloaded_as_har(person: Person, entry: JournalEntry, stranger: Api) -> None:
    stranger.get("k8s/v2/apps")
    link = f"{list_of(entry)}{entry.pk}/archive"
    response: Any = person.client.get(link, follow=True)
    [found] = json.loads(b"".join(response.streaming_content))["log"]["entries"]
    assert found["_sequence"] == entry.pk
    assert person.client.get(f"{list_of(entry)}0/archive", follow=True).status_code == 404


def test_the_script_stays_closed_without_a_login(client: Any, entry: JournalEntry) -> None:
    response = client.get(f"{list_of(entry)}{entry.pk}/script", follow=True)
    assert response.redirect_chain[-1][0].startswith("/admin/login/")
