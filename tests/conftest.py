"""Fixtures: an account with a still clock, its users, an app, a bucket, and a client per user."""

import functools
import gc
import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_django
from _pytest.nodeid import NodeId
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler
from django.test.utils import override_settings

from astra.accounts.models import Account, Role
from astra.api.dice import NIL_ID
from astra.journal.spool import spool
from astra.kit import plugin
from backups.models import App, Bucket
from tests import emptying, postgres, spooling, wire, world
from tests.control import Control
from tests.ruling import Faults
from tests.wire import Received

# With thousands of tests there are so many objects that looking for cycles among all of them took a
# fifth of the time: it is done twenty times less often.
gc.set_threshold(3_000, 10, 50)

BACKUP = {"type": "application/astra-appBackup", "version": "1.1"}


def pytest_configure(config: pytest.Config) -> None:
    """Have the plugin of the test kit, as if the package was installed."""
    if not config.pluginmanager.has_plugin("astra_simulator"):
        config.pluginmanager.register(plugin, "astra_simulator")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long: in the end no worker waits for another one."""
    for item in items:
        # xdist writes the group of a test where pytest 9.2 does not read its id any more, and each
        # worker would make what a group shares for itself, some of it in the same place.
        if (with_group := getattr(item, "_nodeid", None)) is not None:
            item._id = NodeId.parse(with_group)
    items.sort(key=lambda item: not any(map(item.get_closest_marker, ("server", "long", "fuzz"))))


@pytest.fixture(scope="session", autouse=True)
def quick_settings() -> Iterator[None]:
    """Do not do what takes long and no test is about."""
    with override_settings(
        # Every client would look at all static files: look one up when it is asked for.
        WHITENOISE_AUTOREFRESH=True,
        # A quarter of a second for each password.
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Copy the tables from where the start of the tests made them."""
    if (name := postgres.template_name()) is not None:
        connection.settings_dict["TEST"]["TEMPLATE"] = name


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> Iterator[None]:
    """Empty the tables quickly after tests that commit, on a server where that is allowed."""
    with django_db_blocker.unblock():
        # Asked for once in a process, which is no part of what a call costs.
        spool()
        connection.close()
    with emptying.quickly() if postgres.template_name() is not None else nullcontext():
        yield


@pytest.fixture(autouse=True)
def no_spooled_calls() -> Iterator[None]:
    """Leave no calls in files: those that a test brought into the table went with its transaction."""
    yield
    spooling.empty()


@functools.cache
def _handler() -> ClientHandler:
    """The middleware, loaded once."""
    handler = ClientHandler(enforce_csrf_checks=False)
    handler.load_middleware()
    return handler


@dataclass
class Api:
    """A caller of the API: paths are relative to the account."""

    account: Account
    token: str | None
    user_id: uuid.UUID = NIL_ID

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        root: bool = False,
        content_type: str = "application/json",
        environ: Mapping[str, Any] | None = None,
        **headers: str,
    ) -> Received:
        """Send a request and return the answer, checked by ``wire`` and the published document.

        ``root``: the path is absolute. ``environ`` overrides the WSGI environment.
        """
        url = path if root else f"/accounts/{self.account.id}/{path}".rstrip("/")
        data = (
            body if isinstance(body, bytes | str) else json.dumps(body) if body is not None else ""
        )
        sent = {"Host": "testserver"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token is not None and "Authorization" not in sent:
            sent["Authorization"] = f"Bearer {self.token}"
        client = Client(raise_request_exception=False)
        client.handler = _handler()
        response = wire.whole(
            client.generic(
                method, url, data, content_type=content_type, headers=sent, **(environ or {})
            )
        )
        wire.check(method, url, response)
        return response

    def get(self, path: str, **headers: Any) -> Received:
        return self.call("GET", path, **headers)

    def read(self, path: str, **headers: Any) -> Any:
        """GET, expecting 200; return the document."""
        response = self.get(path, **headers)
        assert response.status_code == 200, response.content
        return json.loads(response.content)

    def post(self, path: str, body: Any, **headers: Any) -> Received:
        return self.call("POST", path, body, **headers)

    def put(self, path: str, body: Any, **headers: Any) -> Received:
        return self.call("PUT", path, body, **headers)

    def delete(self, path: str, **headers: Any) -> Received:
        return self.call("DELETE", path, **headers)

    def create_backup(self, app: App, **members: Any) -> Received:
        return self.post(f"k8s/v1/apps/{app.id}/appBackups", BACKUP | members)


def made_api(account: Account, role: str = Role.OWNER) -> Api:
    """A client with a token of a new user in that role."""
    user = world.make_user(account, role)
    return Api(account, world.make_token(user), user.id)


@dataclass
class World:
    """An account with an app and a bucket, its owner, and the owner of another account."""

    account: Account
    app: App
    bucket: Bucket
    api: Api
    stranger: Api


@pytest.fixture(scope="class")
def standing_world(
    django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> Iterator[World]:
    """A world in the database for all tests of a class, which must not commit; copy what you change."""
    with django_db_blocker.unblock(), transaction.atomic():
        account = world.make_account()
        yield World(
            account=account,
            app=world.make_app(account, name="shop"),
            bucket=world.make_bucket(account),
            api=made_api(account),
            stranger=made_api(world.make_account()),
        )
        transaction.set_rollback(True)


@pytest.fixture
def account(db: None) -> Account:
    return world.make_account()


@pytest.fixture
def app(account: Account) -> App:
    return world.make_app(account, name="shop")


@pytest.fixture
def bucket(account: Account) -> Bucket:
    return world.make_bucket(account)


@pytest.fixture
def as_role(account: Account) -> Callable[[str], Api]:
    """A client with a token of a user in that role."""
    return functools.partial(made_api, account)


@pytest.fixture
def api(as_role: Callable[[str], Api]) -> Api:
    return as_role(Role.OWNER)


@pytest.fixture
def stranger(db: None) -> Api:
    """A client with a good token of another account."""
    return made_api(world.make_account())


def problem(response: HttpResponse) -> Mapping[str, Any]:
    """The problem document of a refusal, its shape checked."""
    assert response["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = json.loads(response.content)
    assert document["status"] == str(response.status_code)
    assert document["correlationID"]
    return document


def number(response: HttpResponse) -> int:
    """The number of the problem."""
    return int(problem(response)["type"].rsplit("/", 1)[1])


def invalid(response: HttpResponse) -> list[str]:
    """The names in `invalidFields` or `invalidParams`, in order; each has a reason."""
    document = problem(response)
    found = document.get("invalidFields", document.get("invalidParams", []))
    assert all(item["reason"] for item in found)
    return [item["name"] for item in found]


@pytest.fixture
def control() -> Control:
    return Control()


@pytest.fixture
def faults(control: Control, account: Account) -> Faults:
    return Faults(control, account)
