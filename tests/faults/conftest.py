"""A caller of the API whose answers may be what the published document forbids."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from tests.conftest import Api


@dataclass
class Caller:
    """A caller of the API who takes any answer."""

    api: Api

    def send(self, method: str, path: str, body: Any = None) -> Any:
        client = Client(raise_request_exception=False)
        return client.generic(
            method,
            f"/accounts/{self.api.account.id}/{path}",
            "" if body is None else json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.api.token}"},
        )


@pytest.fixture
def caller(api: Api) -> Caller:
    return Caller(api)
