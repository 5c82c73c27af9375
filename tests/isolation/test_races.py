"""Accounts are reset and deleted while they are in use: refusals, never a failure."""

import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from astra.accounts.models import Account
from astra.isolation.accounts import (
    AccountWanted,
    NewAccount,
    account_delete,
    account_new,
)
from astra.isolation.resetting import account_reset
from backups.models import App, AppBackup
from identity.models import Credential
from tests.conftest import Api

pytestmark = pytest.mark.django_db(transaction=True)

USERS = 6
BACKUP = {"type": "application/astra-appBackup", "version": "1.1"}
APP = {"type": "application/astra-app", "version": "2.2", "clusterID": "", "name": "new"}
BUCKET = {
    "type": "application/astra-bucket",
    "version": "1.1",
    "name": "",
    "provider": "gcp",
    "bucketParameters": {"gcp": {"bucketName": "b"}},
}


class Users:
    """Threads that create, list and delete in an account for as long as the block lasts."""

    def __init__(self, made: NewAccount) -> None:
        self.statuses: Counter[int] = Counter()
        self.failures: list[bytes] = []
        self._api = Api(Account.objects.get(id=made.account.id), made.token)
        self._bucket = BUCKET | {"credentialID": str(self._credential(made))}
        self._app = App.objects.filter(account=made.account).earliest("name").id
        self._stop = threading.Event()
        self._busy = threading.Barrier(USERS + 1, timeout=30)
        self._pool = ThreadPoolExecutor(USERS)

    @staticmethod
    def _credential(made: NewAccount) -> uuid.UUID:
        return Credential.objects.filter(account=made.account).earliest("id").id

    def __enter__(self) -> "Users":
        self._futures = [self._pool.submit(self._run, number) for number in range(USERS)]
        self._busy.wait()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        for future in self._futures:
            future.result(timeout=60)
        self._pool.shutdown()

    def _run(self, number: int) -> None:
        try:
            count = 0
            while not self._stop.is_set():
                self._round(f"{number}-{count}")
                count += 1
                if count == 1:
                    self._busy.wait()
        finally:
            connections.close_all()

    def _round(self, name: str) -> None:
        created = self._api.post(f"k8s/v1/apps/{self._app}/appBackups", BACKUP)
        answers = [
            created,
            self._api.get("topology/v1/appBackups"),
            self._api.post("topology/v1/buckets", self._bucket | {"name": name}),
        ]
        if created.status_code == 201:
            path = created["Location"].split(str(self._api.account.id))[1].lstrip("/")
            answers.append(self._api.delete(path))
        for answer in answers:
            self.statuses[answer.status_code] += 1
            if answer.status_code >= 500:
                self.failures.append(answer.content)


def test_an_account_is_deleted_under_its_users() -> None:
    for _ in range(3):
        made = account_new(AccountWanted(clock={"mode": "real"}))
        with Users(made) as users:
            account_delete(made.account.id)
        assert users.failures == []
        assert users.statuses[201] > 0
        assert not Account.objects.filter(id=made.account.id).exists()
        assert not AppBackup.objects.filter(account_id=made.account.id).exists()


def test_an_account_is_reset_under_its_users() -> None:
    made = account_new(AccountWanted(clock={"mode": "real"}))
    with Users(made) as users:
        for _ in range(10):
            account_reset(made.account.id)
    assert users.failures == []
    assert users.statuses[201] > 0
    account_reset(made.account.id)
    assert not AppBackup.objects.filter(account=made.account).exists()
    account_delete(made.account.id)
