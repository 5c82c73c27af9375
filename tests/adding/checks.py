"""What a resource gets for its declaration: run by ``test_adding``, with the sample family installed."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User as Person
from django.db import IntegrityError, transaction
from django.test import Client

from astra.accounts.models import Account
from astra.apidocs.views import document
from astra.isolation.checkpoints import checkpoint_restore, checkpoint_save
from astra.scenarios.documents import Source
from astra.scenarios.errors import ScenarioError
from astra.scenarios.loading import load_scenario
from backups.models import App
from tests import world
from tests.adding.bulletins.bulletins import Bulletin
from tests.adding.bulletins.notes import Note
from tests.conftest import Api, invalid, number

pytestmark = pytest.mark.django_db

# The type checker does not know the family: it is installed in this test alone.
notes_of: Any = Note._default_manager
bulletins_of: Any = Bulletin._default_manager

SCENARIO = """
scenario: told
accounts:
  - name: a
    clock: {mode: manual, at: "2026-01-05T12:00:00Z"}
    users: [{email: owner@example.com, role: owner}]
    bulletins:
      - {summary: Disk full, name: astra.app.failed, sequenceCount: 1, severity: critical,
         source: nautilus, resourceType: application/astra-app, class: user, description: Full.,
         correlationID: 0afbe357-a717-4c7a-8b3d-d0368959c8de,
         eventTime: "2026-01-05T12:00:00Z", resourceID: 0afbe357-a717-4c7a-8b3d-d0368959c8de}
    apps:
      - name: shop
        notes: [{name: first, isPinned: true, colour: yellow}]
"""
NOTE = {"type": "application/astra-note", "version": "1.1", "name": "first"}


@pytest.fixture
def staff(admin_user: Person) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(admin_user)
    return client


def test_a_note_is_created_filtered_replaced_and_deleted(api: Api, app: App) -> None:
    notes = f"k8s/v1/apps/{app.id}/notes"
    made = json.loads(api.post(notes, NOTE | {"isPinned": "true", "readers": ["me"]}).content)
    assert api.post(notes, NOTE | {"name": "second"}).status_code == 201
    assert number(again := api.post(notes, NOTE)) == 10
    assert invalid(again) == ["name"]
    for query in ("isPinned%20eq%20'true'", "readers[*]%20eq%20'me'"):
        found = api.read(f"{notes}?filter={query}")["items"]
        assert [item["name"] for item in found] == ["first"]
    # A further path is one string.
    assert len(api.read("core/v1/notes?include=name")["items"]) == 2
    note = f"{notes}/{made['id']}"
    assert api.put(note, {**NOTE, "colour": "yellow"}).status_code == 204
    assert api.read(note)["colour"] == "yellow"
    assert number(api.put(note, NOTE | {"name": "another"})) == 10
    assert api.delete(note).status_code == 204
    assert number(api.get(note)) == 2


def test_a_rule_of_a_member_holds_in_the_database_too(api: Api, app: App) -> None:
    assert invalid(api.post(f"k8s/v1/apps/{app.id}/notes", NOTE | {"colour": "red"})) == ["colour"]
    with pytest.raises(IntegrityError, match="note_colour_is_known"), transaction.atomic():
        notes_of.create(
            account=api.account, app=app, name="x", version="1.1", colour="red", **world.AWAKE
        )


def test_scenarios_seed_both_and_say_what_is_wrong() -> None:
    load_scenario(Source("told.yaml", SCENARIO))
    note, bulletin = notes_of.get(), bulletins_of.get()
    assert (note.name, note.app.name, note.is_pinned, note.colour) == (
        "first",
        "shop",
        True,
        "yellow",
    )
    assert bulletin.event_time == datetime(2026, 1, 5, 12, tzinfo=UTC)
    with pytest.raises(ScenarioError, match="Must be one of cleared"):
        load_scenario(Source("told.yaml", SCENARIO.replace("severity: critical", "severity: bad")))


def test_checkpoints_restore_them(api: Api, app: App) -> None:
    note = f"k8s/v1/apps/{app.id}/notes"
    before = json.loads(api.post(note, NOTE).content)
    checkpoint_save(account_id=api.account.id, name="before")
    assert api.delete(f"{note}/{before['id']}").status_code == 204
    checkpoint_restore(account_id=api.account.id, name="before")
    assert api.read(f"{note}/{before['id']}") == before


def test_the_admin_site_lists_shows_and_makes_them(staff: Client) -> None:
    load_scenario(Source("told.yaml", SCENARIO))
    account, note = Account.objects.get(), notes_of.get()
    page = staff.get("/admin/bulletins/bulletin/").content.decode()
    assert "Disk full" in page
    assert "critical" in page
    shown = staff.get(f"/admin/bulletins/bulletin/{bulletins_of.get().pk}/change/")
    assert b"astra.app.failed" in shown.content
    assert staff.get("/admin/bulletins/bulletin/add/").status_code == 403
    typed: dict[str, Any] = {"app": str(note.app.pk), "name": "by-hand", "colour": "white"}
    assert staff.post("/admin/bulletins/note/add/", typed).status_code == 302
    made = notes_of.get(name="by-hand")
    assert made.account == account
    changed = staff.post(
        f"/admin/bulletins/note/{made.pk}/change/", {"title": "T", "colour": "yellow"}
    )
    assert changed.status_code == 302
    made.refresh_from_db()
    assert (made.title, made.colour) == ("T", "yellow")
    refused = staff.post("/admin/bulletins/note/add/", typed)
    assert b"The app has a note of this name." in refused.content


def test_the_openapi_document_describes_them() -> None:
    described = json.loads(document("json"))
    paths = {path for path in described["paths"] if "not" in path}
    assert "/accounts/{account_id}/k8s/v1/apps/{app_id}/notes/{note_id}" in paths
    schema = described["components"]["schemas"]["NoteCreate"]
    assert schema["required"] == ["name", "type", "version"]
    assert schema["properties"]["colour"]["enum"] == ["white", "yellow"]
    assert schema["example"]["type"] == "application/astra-note"
