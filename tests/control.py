"""A client of the control surface."""

import json
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from astra.api.control import control_token


class Control:
    """A caller with the control token; paths are relative to `/simulator/v1/`."""

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        sent = {"Authorization": f"Bearer {control_token(settings.ASTRA)}"} | headers
        data = "" if body is None else json.dumps(body)
        client = Client(raise_request_exception=False)
        return client.generic(
            method, f"/simulator/v1/{path}", data, content_type="application/json", headers=sent
        )

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.call("POST", path, body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.call("PUT", path, body, **headers)

    def delete(self, path: str, **headers: str) -> HttpResponse:
        return self.call("DELETE", path, **headers)
