"""Requests made by schemathesis from a document, sent through the WSGI application, and judged.

Each request meets the same world: what it changes is rolled back. Most ids in paths and bodies are
replaced by ids of that world, so that requests get past the 404.
"""

import contextlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import schemathesis
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.result import Ok

from astra.api.query import COLLECTION_PARAMETERS
from astra.wsgi import application
from tests import reference
from tests.openapi import own

Ids = Mapping[str, list[str]]
# Members of bodies that refer to a resource, by the path parameter that names such a one.
REFERRING = {
    "bucketID": "bucket_id",
    "snapshotID": "appSnap_id",
    "backupID": "appBackup_id",
    "sourceAppID": "app_id",
    "userID": "user_id",
    "accountID": "account_id",
}


class Fuzzer:
    """Sends requests of one document; ``statuses`` counts what came back."""

    def __init__(self, document: Any, *, ids: Ids, token: str) -> None:
        self.schema = schemathesis.openapi.from_dict(document)
        self.schema.app = application
        self.ids = ids
        self.token = token
        self.statuses: Counter[int] = Counter()
        self.reached: set[str] = set()

    def run(self, mode: GenerationMode, *, examples: int) -> list[str]:
        """Send that many requests of every operation; return what is wrong with the answers."""
        found: list[str] = []
        for result in self.schema.get_all_operations():
            assert isinstance(result, Ok)
            operation = result.ok()
            found += self._run_operation(operation, mode, examples)
        return found

    def summary(self) -> str:
        """Say how many requests were sent, and what came back."""
        statuses = ", ".join(f"{status}: {self.statuses[status]}" for status in self.statuses)
        reached = f"{len(self.reached)} operations with success"
        return f"{self.statuses.total()} requests, {reached}, {statuses}"

    def _run_operation(self, operation: Any, mode: GenerationMode, examples: int) -> list[str]:
        found: list[str] = []

        # A request that is found wrong is reported as it is: shrinking would send many more.
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(generation_mode=mode), st.data())
        def send(case: Any, data: st.DataObject) -> None:
            self._place(case, data)
            found.extend(self._complaints(case))

        # Of a call without anything that could be wrong there is no bad one.
        with contextlib.suppress(Unsatisfiable):
            send()
        return found

    def _place(self, case: Any, data: st.DataObject) -> None:
        """Let most ids of a request name what is there; of bad ones the account's alone."""
        components = case.meta.components
        if (path := components.get(ParameterLocation.PATH)) is not None:
            good = path.mode is GenerationMode.POSITIVE
            case.path_parameters = {
                name: self._id(data, name, value) if good or name == "account_id" else value
                for name, value in case.path_parameters.items()
            }
        body = components.get(ParameterLocation.BODY)
        if body and body.mode is GenerationMode.POSITIVE and isinstance(case.body, dict):
            for name in REFERRING.keys() & case.body.keys():
                case.body[name] = self._id(data, REFERRING[name], case.body[name])

    def _id(self, data: st.DataObject, name: str, value: Any) -> Any:
        if not (known := self.ids.get(name)):
            return value
        return data.draw(st.sampled_from([*known * 9, *[value] * len(known)]))

    def _complaints(self, case: Any) -> Iterator[str]:
        with transaction.atomic():
            response = case.call(headers={"Authorization": f"Bearer {self.token}"})
            transaction.set_rollback(True)
        self.statuses[response.status_code] += 1
        if response.status_code < 300:
            self.reached.add(case.operation.label)
        for complaint in self._judged(case, response):
            yield f"{case.as_curl_command()}\n  {response.status_code}: {complaint}"

    def _judged(self, case: Any, response: Any) -> Iterator[str]:
        # An account without a directory says so with a documented 500.
        has_no_directory = b'/problems/34"' in response.content
        if response.status_code >= 500 and not has_no_directory:
            yield "a failure"
        url = urlsplit(response.request.url)
        answer = reference.Answer(
            method=case.method,
            path=unquote(url.path),
            query=url.query,
            status=response.status_code,
            content_type=(response.headers.get("content-type") or [""])[0],
            body=response.content,
        )
        if self._ought_to_be_refused(case, url.query) and response.status_code < 400:
            yield f"accepted although {case.meta.phase.data.description}"
        yield from own.load().complaints(answer)
        if (judge := reference.load()) is not None:
            yield from judge.complaints(answer)

    def _ought_to_be_refused(self, case: Any, query: str) -> bool:
        """Tell whether the body or the query, as it was sent, breaks the document."""
        places = (ParameterLocation.BODY, ParameterLocation.QUERY)
        found = [case.meta.components[place] for place in places if place in case.meta.components]
        if "additionalProperties" in case.meta.phase.data.description and not case.body:
            # What the published document declares on some lists only, every list takes. A parameter
            # of no values is not sent.
            sent = parse_qs(query, keep_blank_values=True).keys()
            found = found if sent - COLLECTION_PARAMETERS else []
        return any(component.mode is GenerationMode.NEGATIVE for component in found)


def cut(document: Any, paths: Mapping[str, Any]) -> Any:
    """Return a document with the operations that another one has as well."""
    return document | {
        # The published one has a placeholder here.
        "servers": [{"url": "/"}],
        "paths": {
            path: {method: item[method] for method in item if method in paths[path]}
            for path, item in document["paths"].items()
            if path in paths
        },
    }


def readable(document: Any) -> Any:
    """Return a copy of a document that nothing else refers to."""
    return json.loads(json.dumps(document))
