"""The scenario `demo` as an estate: whatever a client asks for is there, as it is published."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import pytest_django
from django.db import transaction

from astra.api.clock import clock_set_to
from astra.engine.advancing import advance
from tests import reference, world
from tests.conftest import Api
from tests.scenarios import seeded
from tests.scenarios.walking import Found, Walk

OWNERS = ("owner@example.com", "owner@troubled.example.com", "owner@stopped.example.com")
# The members in which a body of the demo is not as published, and why.
UNPUBLISHED = {
    "cloudType": "Callers write GCP, Azure and AWS so, and take any other spelling for private."
}
# A user of a group signs in by the directory: only a call makes it a token.
WITHOUT_INSTANCE = (
    "/accounts/{account_id}/core/v1/groups/{group_id}/users/{user_id}/tokens/{token_id}"
)

# Some hundred answers are judged: where others keep the machine busy, that takes its time.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def judge() -> reference.Reference:
    judge = reference.load()
    if judge is None:
        pytest.skip(f"no {reference.FILE} in {reference.folder()}")
    return judge


@pytest.fixture(scope="module")
def found(
    judge: reference.Reference,
    django_db_setup: None,
    django_db_blocker: pytest_django.DjangoDbBlocker,
) -> Iterator[list[Found]]:
    """What the owner of each account of the demo finds."""
    with django_db_blocker.unblock(), transaction.atomic():
        seeded.load("demo")
        yield [each for email in OWNERS for each in Walk(seeded.call_as(email), judge).found()]
        transaction.set_rollback(True)


def test_nearly_every_path_has_an_instance(found: list[Found], judge: reference.Reference) -> None:
    missing = set(judge.document["paths"]) - {each.template for each in found}
    assert sorted(missing) == [WITHOUT_INSTANCE]


def test_every_body_is_as_published_but_for_a_few_members(
    found: list[Found], judge: reference.Reference
) -> None:
    members = {
        place.rsplit(".", 1)[-1]
        for each in found
        if each.document is not None
        for place, _ in judge.errors(judge.pointer_to_answer(each.path), each.document)
    }
    assert members == set(UNPUBLISHED)


@pytest.mark.django_db
def test_a_script_empties_the_first_account() -> None:
    with clock_set_to(world.still(seeded.NOW)):
        seeded.load("demo")
        script = Script(seeded.call_as("owner@example.com"))
    with clock_set_to(world.still(seeded.NOW + timedelta(minutes=1))):
        advance()
        script.delete("k8s/v1/appMirrors")
    with clock_set_to(world.still(seeded.NOW + timedelta(minutes=2))):
        # A mirror takes its time to go, and what stands by goes with it.
        advance()
        for collection in ("schedules", "appBackups", "appSnaps"):
            for app in script.rows("k8s/v2/apps"):
                script.delete(f"k8s/v1/apps/{app['id']}/{collection}")
        script.delete("k8s/v2/apps")
        assert script.rows("k8s/v2/apps") == script.rows("topology/v1/appBackups") == []
    assert script.deleted > 20


@dataclass
class Script:
    """Deletes what lists give, expecting that it may."""

    api: Api
    deleted: int = 0

    def rows(self, path: str) -> Any:
        return self.api.read(path)["items"]

    def delete(self, collection: str) -> None:
        for row in self.rows(collection):
            response = self.api.delete(f"{collection}/{row['id']}")
            assert response.status_code == 204, (collection, row, response.content)
            self.deleted += 1
