"""The journal of an account, through the control surface."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest

from astra.accounts.models import Account
from tests.control import Control


@dataclass
class Journal:
    """The journal of one account."""

    control: Control
    account: Account

    @property
    def path(self) -> str:
        return f"accounts/{self.account.id}/journal"

    def read(self, **query: Any) -> Any:
        """Search, expecting 200; return the document."""
        response = self.control.get(f"{self.path}?{urlencode(query)}" if query else self.path)
        assert response.status_code == 200, response.content
        return json.loads(response.content)

    def all(self, **query: Any) -> Any:
        return self.read(**query)["items"]

    def last(self) -> Any:
        return self.all()[-1]

    def verify(self, **asked: Any) -> Any:
        """Verify, expecting 200; return the verdict."""
        response = self.control.post(f"{self.path}/verify", asked)
        assert response.status_code == 200, response.content
        return json.loads(response.content)

    def script(self, **query: Any) -> str:
        response: Any = self.control.get(f"{self.path}/script?{urlencode(query)}")
        assert response.status_code == 200
        assert response["Content-Type"] == "text/x-shellscript; charset=utf-8"
        return b"".join(response.streaming_content).decode()


@pytest.fixture
def journal(control: Control, account: Account) -> Journal:
    return Journal(control, account)
