"""A client of the control surface."""

import json
from typing import Any, cast

from django.conf import settings
from django.test import Client

from astra.api.control import control_token
from tests.wire import Received


class Control:
    """A caller with the control token; paths are relative to `/simulator/v1/`."""

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Received:
        sent = {"Authorization": f"Bearer {control_token(settings.ASTRA)}"} | headers
        data = "" if body is None else json.dumps(body)
        client = Client(raise_request_exception=False)
        response: object = client.generic(
            method, f"/simulator/v1/{path}", data, content_type="application/json", headers=sent
        )
        return cast(Received, response)

    def get(self, path: str, **headers: str) -> Received:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Received:
        return self.call("POST", path, body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Received:
        return self.call("PUT", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Received:
        return self.call("DELETE", path, **headers)
