"""A caller of the control surface."""

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.test import Client

from astra.api.control import control_token


@dataclass
class Control:
    """Paths are relative to `/simulator/v1/`."""

    token: str

    def call(self, method: str, path: str, body: Any = None) -> Any:
        return Client(raise_request_exception=False).generic(
            method,
            f"/simulator/v1/{path}",
            "" if body is None else body if isinstance(body, bytes) else json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}"},
        )

    def read(self, path: str) -> Any:
        response = self.call("GET", path)
        assert response.status_code == 200, response.content
        return json.loads(response.content)

    def new(self, **members: Any) -> Any:
        response = self.call("POST", "accounts", members)
        assert response.status_code == 201, response.content
        return json.loads(response.content)


def control() -> Control:
    return Control(control_token(settings.ASTRA))
