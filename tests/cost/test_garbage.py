"""What a call made is gone with its answer: nobody has to look for it among the garbage."""

import gc
from collections.abc import Iterator

import pytest
from django.test import RequestFactory
from django.urls import resolve

from astra.api.views import ApiView
from backups.models import App
from tests import world
from tests.conftest import Api

BACKUPS = "topology/v1/appBackups"


@pytest.fixture
def unlooked_for() -> Iterator[None]:
    """Nobody looks for garbage while the test runs."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def count_views() -> int:
    # Not `isinstance`, which has what is lazy made.
    return sum(issubclass(type(each), ApiView) for each in gc.get_objects())


@pytest.mark.usefixtures("unlooked_for")
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"{BACKUPS}/{{backup}}", 200),
        ("HEAD", f"{BACKUPS}/{{backup}}", 200),
        ("GET", BACKUPS, 200),
        ("DELETE", f"{BACKUPS}/{{backup}}", 204),
    ],
)
def test_a_view_ends_with_its_answer(
    api: Api, app: App, method: str, path: str, status: int
) -> None:
    backup = world.make_backup(app, world.make_bucket(api.account, stored_bytes=10_000))
    url = f"/accounts/{api.account.id}/{path.format(backup=backup.id)}"
    others = count_views()
    found = resolve(url)
    # Not by the client of the tests, which keeps what it asked for.
    request = RequestFactory().generic(method, url, HTTP_AUTHORIZATION=f"Bearer {api.token}")
    answer = found.func(request, **found.kwargs)
    assert answer.status_code == status
    del request, answer
    assert count_views() == others
