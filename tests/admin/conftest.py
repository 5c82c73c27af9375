"""A person at the admin site, and a world with some of everything to look at."""

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

import pytest
from django.contrib.auth.models import User as Administrator
from django.db.models import Model
from django.test import Client
from selenium.webdriver import Chrome

from astra.accounts.beginnings import begin_accounts
from astra.accounts.callers import system_caller
from astra.accounts.models import Account
from astra.engine.models import Transition
from astra.faults.models import FaultRule
from astra.isolation.checkpoints import checkpoint_save
from astra.journal.models import JournalEntry
from astra.scenarios.models import SeededScenario
from astra.webhooks.models import Webhook
from backups.actions.app_backups import app_backup_create
from backups.actions.drafting import BackupWanted
from backups.models import App, AppBackup, Schedule
from clusters.resources.storage_backends import STORAGE_BACKEND
from hooks.models import ExecutionHookOverride
from identity.resources.certificates import CERTIFICATE
from tests import samples, world
from tests.admin.browser import Browser, start_chromium
from tests.hooks.on import make_hook
from tests.installation.making import make_each
from tests.wire import Received


class Person:
    """Somebody who is logged in at the admin site."""

    def __init__(self, administrator: Administrator) -> None:
        self.client = Client()
        self.client.force_login(administrator)

    def look(self, path: str, **query: Any) -> str:
        """Open a page and return what it says; it must be there."""
        response = self.client.get(path, query)
        assert response.status_code == 200, (path, response.status_code)
        return response.content.decode()

    def send(self, path: str, **fields: Any) -> Received:
        """Send a form."""
        response: object = self.client.post(path, fields)
        return cast(Received, response)

    def run(self, action: str, *records: Model, **fields: Any) -> Received:
        """Run an action on records selected in their list, confirmation included."""
        selected = {"action": action, "_selected_action": [str(each.pk) for each in records]}
        return self.send(list_of(records[0]), confirmed=action, **selected, **fields)

    def messages(self) -> list[str]:
        """Return what the next page tells about what was done."""
        from django.contrib.messages import get_messages

        request = self.client.get("/admin/").wsgi_request
        return [str(message) for message in get_messages(request)]


def list_of(model: Model | type[Model]) -> str:
    options = model._meta
    return f"/admin/{options.app_label}/{options.model_name}/"


def page_of(record: Model) -> str:
    return f"{list_of(record)}{record.pk}/change/"


def errors(response: Received) -> dict[str, list[str]]:
    """The errors of the form that was sent back."""
    assert response.status_code == 200
    context = response.context
    form = context["adminform"].form if "adminform" in context else context["form"]
    return {name: list(texts) for name, texts in form.errors.items()}


def text_of(page: str) -> str:
    """What a page says, without its markup."""
    bare = re.sub(r"<(script|style).*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", bare)).split())


def call(account: Account, token: str, path: str = "") -> int:
    """Call the API with a token; return the status."""
    headers = {"Authorization": f"Bearer {token}"}
    return Client().get(f"/accounts/{account.pk}{path}", headers=headers).status_code


@pytest.fixture
def person(db: None) -> Person:
    # Without a password, of which a hash would take longer than most tests.
    return Person(Administrator.objects.create_superuser("ada"))


@pytest.fixture(scope="session")
def _chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    driver = start_chromium(tmp_path_factory.mktemp("profile"))
    yield driver
    driver.quit()


@pytest.fixture
def browser(live_server: Any, _chromium: Chrome) -> Iterator[Browser]:
    """A browser without a past, though it is one for all tests."""
    browser = Browser(_chromium, live_server.url)
    yield browser
    browser.forget()


def log_in(browser: Browser) -> None:
    """Log in as a person does."""
    Administrator.objects.create_superuser("ada", password="engine-engine")
    browser.go("/admin/")
    browser.type_in("username", "ada")
    browser.type_in("password", "engine-engine")
    browser.press("Log in arrow_forward")
    browser.see(".astra-tiles")


def make_backup(app: App, **wanted: Any) -> AppBackup:
    """A backup, pending, made as the API makes them."""
    caller = system_caller(app.account)
    made = app_backup_create(
        caller=caller, app_id=app.pk, wanted=BackupWanted(**({"version": "1.1"} | wanted))
    )
    return AppBackup.objects.get(id=made.id)


def some_of_everything() -> Mapping[str, Any]:
    """Make one more of each model."""
    account: Account = world.make_account(seed=world.some_id().int >> 65)
    begin_accounts([account])
    make_each(account)
    user = world.make_user(account)
    world.make_token(user)
    app = world.make_app(account, namespaces=["shop"])
    bucket = world.make_bucket(account, credential_id=world.make_credential(account).id)
    backup = make_backup(app)
    cluster = world.make_cluster(account)
    world.make_namespace(cluster)
    world.make_storage_class(cluster)
    world.make_group(account, user)
    world.make_ldap_user(account)
    world.make_mirror(app, cluster)
    samples.make(CERTIFICATE, account, {})
    samples.make(STORAGE_BACKEND, account, {})
    schedule = Schedule.objects.create(
        account=account,
        app=app,
        bucket=bucket,
        name="nightly",
        version="1.3",
        granularity="daily",
        hour="3",
        snapshot_retention="1",
        backup_retention="2",
        **world.AWAKE,
    )
    FaultRule.objects.create(
        account=account, position=0, name="flaky", effect="backup-fail", created_at=world.START
    )
    JournalEntry.objects.create(
        account=account,
        at=world.START,
        real_at=world.START,
        duration_milliseconds=1.5,
        method="GET",
        path=f"/accounts/{account.pk}/k8s/v2/apps",
        status=200,
    )
    Webhook.objects.create(account=account, url="https://ci.example.com/", secret="of some length")
    # What is told of it.
    Transition.objects.create(
        account=account,
        kind="appBackup",
        resource_id=backup.pk,
        sequence=9,
        from_state="running",
        to_state="completed",
        at=account.now(),
    )
    make_hook(account, app)
    ExecutionHookOverride.objects.create(
        account=account,
        app=app,
        execution_hook=make_hook(account, None),
        version="1.0",
        **world.AWAKE,
    )
    SeededScenario.objects.create(name=f"scenario-{account.name}")
    checkpoint_save(account_id=account.pk, name="before")
    Administrator.objects.create_user(f"person-{account.name}", is_staff=True)
    return {"account": account, "app": app, "bucket": bucket, "backup": backup, "user": user} | {
        "schedule": schedule
    }
