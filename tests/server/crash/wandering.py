"""A client that calls every operation of the API on the demo's estate, and what must hold of it then."""

import itertools
import uuid
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import yaml

from astra.kit.client import Simulator
from astra.kit.errors import ProblemError
from tests.server.crash.ledger import Ledger
from tests.server.crash.load import Client, Tenant

_ROOT = Path(__file__).parents[3]
_DOCUMENT = _ROOT / "docs" / "openapi.yaml"
_DEMO = _ROOT / "backups" / "scenarios" / "library" / "demo.yaml"
_METHODS = ("get", "post", "put", "delete")
_ACCOUNT = "{account_id}"
# An account without a directory says so with a documented 500.
_NO_DIRECTORY = "/problems/34"
_UNKNOWN = 401

_BROKEN = """
    SELECT kind, resource_id, sequence, came_from, from_state, to_state, before, at FROM (
        SELECT kind, resource_id, sequence, from_state, to_state, at,
               row_number() OVER way - 1 AS number, lag(to_state, 1, '') OVER way AS came_from,
               lag(at) OVER way AS before
        FROM engine_transition WHERE account_id = %(account)s
        WINDOW way AS (PARTITION BY kind, resource_id ORDER BY sequence)
    ) AS step
    WHERE sequence <> number OR from_state <> came_from OR at < before
"""


def estate() -> dict[str, Any]:
    """Return the scenario of the demo's first account alone."""
    demo = _read(_DEMO)
    return {**demo, "accounts": demo["accounts"][:1]}


def _read(file: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.load(file.read_text(), Loader=yaml.CSafeLoader)
    return document


def operations() -> list[tuple[str, str, Any]]:
    """Return method, path and an example of the body of every operation of the simulated API."""
    document = yaml.load(_DOCUMENT.read_text(), Loader=yaml.CSafeLoader)
    schemas = document["components"]["schemas"]

    def example(operation: Any) -> Any:
        content = operation.get("requestBody", {}).get("content", {})
        names = [each["schema"]["$ref"].rsplit("/", 1)[1] for each in content.values()]
        return schemas[names[0]].get("example") if names else None

    return [
        (method.upper(), path, example(item[method]))
        for path, item in document["paths"].items()
        if path.startswith("/accounts")
        for method in _METHODS
        if method in item
    ]


class Wanderer(Client):
    """Calls all operations, one after the other in an order of chance, of whatever it has seen."""

    def __init__(self, tenant: Tenant, ledger: Ledger, chance: Random) -> None:
        super().__init__(tenant, ledger, chance, {"wander": 1})
        every = operations()
        chance.shuffle(every)
        self._rest = itertools.cycle(every)
        self._ids: dict[str, set[str]] = {}
        # The placeholder of the instances of a collection.
        self._instances = {
            path.rsplit("/", 1)[0]: path.rsplit("/", 1)[1].strip("{}")
            for _, path, _ in every
            if path.endswith("}")
        }

    def wander(self) -> None:
        """Make the next call; remember what a list had."""
        method, template, example = next(self._rest)
        path = self._path(method, template)
        body = deepcopy(example)
        if body is not None and "name" in body:
            self._number += 1
            body["name"] = f"{self.ledger.client}-{self._number}"
        status, document = self._api(method, path, body)
        found = self._instances.get(template)
        if status == 200 and method == "GET" and found:
            self._ids[found] = {item["id"] for item in document.get("items", ())}

    def is_fault(self, status: int, document: Any) -> bool:
        """Tell whether no call should be answered so: whatever is asked, the service never fails."""
        return status >= 500 and not str(document.get("type", "")).endswith(_NO_DIRECTORY)

    def _path(self, method: str, template: str) -> str:
        parts = []
        for part in template.strip("/").split("/"):
            known = self._ids.get(part.strip("{}")) if part.startswith("{") else None
            # The account itself stays: nothing could be called any more.
            is_own = part == _ACCOUNT and not (method == "DELETE" and template.endswith(_ACCOUNT))
            if is_own:
                parts.append(self.tenant.account.id)
            elif part.startswith("{"):
                parts.append(self.chance.choice(sorted(known)) if known else str(uuid.uuid4()))
            else:
                parts.append(part)
        return "/".join(parts)

    def _api(self, method: str, path: str, body: Any = None) -> tuple[int | None, Any]:
        status, document = super()._api(method, path, body)
        if status == _UNKNOWN:
            # It took its own token, or what that stands for.
            told = self._control("POST", "tokens", {})
            self._is_parked = told is None
            if told is not None:
                self.tenant.account = replace(self.tenant.account, token=told["token"])
        return status, document


def check_estate(
    database: psycopg.Connection[Any], simulator: Simulator, wanderer: Wanderer
) -> Iterator[str]:
    """Yield what is wrong in the account of a wanderer that does not call now.

    A checkpoint of it is read back, which is refused for what no account can be.
    """
    account = wanderer.tenant.account.id
    yield from wanderer.ledger.faults
    for kind, each, *how in database.execute(_BROKEN, {"account": account}).fetchall():
        yield f"the history of {kind} {each} is broken: {how}"
    checkpoints = simulator.account(account).checkpoints
    try:
        checkpoints.save("as-it-is")
        checkpoints.import_("read-back", checkpoints.export("as-it-is"))
        for name in ("as-it-is", "read-back"):
            checkpoints.delete(name)
    except ProblemError as problem:
        yield f"cannot be saved and read back: {problem}"
