"""The fault rules of an account, as tests make them."""

import json
from dataclasses import dataclass
from typing import Any

from astra.accounts.models import Account
from tests.control import Control


@dataclass
class Faults:
    """The rules of an account, through the control surface."""

    control: Control
    account: Account

    @property
    def path(self) -> str:
        return f"accounts/{self.account.id}/faults"

    def add(self, effect: str, *, match: Any = None, name: str | None = None, **given: Any) -> Any:
        """Add a rule, expecting 201; return its document."""
        body: dict[str, Any] = {"effect": {"type": effect} | given}
        if match is not None:
            body["match"] = match
        if name is not None:
            body["name"] = name
        response = self.control.post(self.path, body)
        assert response.status_code == 201, response.content
        self.account.refresh_from_db()
        return json.loads(response.content)

    def all(self) -> Any:
        return json.loads(self.control.get(self.path).content)["items"]

    def hits(self) -> list[int]:
        return [rule["hits"] for rule in self.all()]

    def explain(self, method: str, path: str, **body: Any) -> Any:
        """Return the explanations of the rules."""
        call = {"method": method, "path": path} | ({"body": body} if body else {})
        response = self.control.post(f"{self.path}/explain", call)
        assert response.status_code == 200, response.content
        return json.loads(response.content)["items"]
