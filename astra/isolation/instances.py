"""One account out of a scenario, as rows: any number of them can exist, because ids are its own.

They follow from the account's id and the place in the document, so the same account made again (a
reset) has the same ids.
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Model

from astra.accounts.models import Account, Role
from astra.engine.registry import registrations
from astra.scenarios.documents import Document, Source
from astra.scenarios.errors import BODY, Finding, ScenarioError
from astra.scenarios.library import read_library
from astra.scenarios.loading import build_rows, check_scenario, collect_items, quietly
from astra.scenarios.sections import (
    Generator,
    Item,
    all_sections,
    section_named,
    sections_of,
)
from astra.scenarios.writing import write_history

SECTION = "accounts"
_SEED_MASK = 2**63 - 1
_CACHED_SCENARIOS = 32


@dataclass(slots=True)
class Instance:
    """An account that is not in the database yet: its rows, parents first, and what made them."""

    account: Account
    made: list[Model]
    items: dict[str, list[Item]]

    @property
    def owner_id(self) -> uuid.UUID:
        """The first of its owners."""
        users = self.items[SECTION][0].children["users"]
        return next(user.id for user in users if user.get("role") == Role.OWNER)

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Return the values of the rows by column, by the label of their table."""
        rows: dict[str, list[dict[str, Any]]] = {}
        for row in self.made:
            columns = row._meta.concrete_fields
            values = {str(item.column): getattr(row, item.attname) for item in columns}
            rows.setdefault(row._meta.label_lower, []).append(values)
        return rows

    def finish(self) -> None:
        """Write what follows from the rows, once they are in the database."""
        for registration in registrations():
            ids = [row.pk for row in self.made if type(row) is registration.model]
            if ids:
                write_history(registration, ids)
        for section in all_sections():
            items = self.items[section.name]
            if items:
                section.written(items)
            if isinstance(section, Generator):
                for item in items:
                    section.generate(item, quietly)


def scenario_document(
    scenario: str | Mapping[str, Any], parameters: Mapping[str, float]
) -> Mapping[str, Any]:
    """Return the data of a scenario of the library, or of a document, checked.

    Raises ``UnknownScenarioError`` and ``ScenarioError``, the latter also unless there is exactly one
    account in it, with an owner.
    """
    if isinstance(scenario, str):
        return _of_library(scenario, tuple(sorted(parameters.items())))
    return _checked(Source(BODY, scenario), parameters)


@lru_cache(maxsize=_CACHED_SCENARIOS)
def _of_library(name: str, parameters: tuple[tuple[str, float], ...]) -> Mapping[str, Any]:
    return _checked(read_library(name), dict(parameters))


def _checked(source: Source, parameters: Mapping[str, float]) -> Mapping[str, Any]:
    document = check_scenario(source, parameters)
    accounts = document.data.get(SECTION, ())
    if len(accounts) != 1:
        reason = f"There must be one account in it, not {len(accounts)}."
        raise ScenarioError([Finding(source.name, None, SECTION, reason)])
    if not any(user["role"] == Role.OWNER for user in accounts[0].get("users", ())):
        path = (SECTION, 0, "users")
        raise document.error(path, "One of the users must be an owner.")
    data: Mapping[str, Any] = document.data
    return {**data, SECTION: [_without_ids(SECTION, accounts[0])]}


def _without_ids(section: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item without the ids it gives: they could be there only once."""
    own = section_named(section).without_ids(values)
    for child in sections_of(section):
        if child.name in own:
            own[child.name] = [_without_ids(child.name, item) for item in own[child.name]]
    return own


def instantiate(
    data: Mapping[str, Any],
    *,
    account_id: uuid.UUID,
    clock: Mapping[str, Any],
    is_seeded: bool = False,
) -> Instance:
    """Return the account of a checked document as rows, under that id and with that clock.

    ``is_seeded``: as the scenario's own load makes it; else it is one of any number, with ids of its
    own. Raises ``ScenarioError`` for what only shows when the rows are made.
    """
    members = {**data[SECTION][0], "id": str(account_id), "clock": clock}
    document = Document(data["scenario"], {**data, SECTION: [members]})
    name = data["scenario"]
    items = collect_items(document, scenario=name if is_seeded else f"{name}@{account_id}")
    (root,) = items[SECTION]
    rows = list(_built(root))
    account: Account = root.row
    if not is_seeded:
        # The id decides, so that no two still clocks ever draw the same ids.
        account.seed = account_id.int & _SEED_MASK
    return Instance(account=account, made=rows, items=items)


def _built(item: Item) -> Iterator[Model]:
    if isinstance(item.section, Generator):
        return
    rows = build_rows(item)
    item.row = rows[0]
    yield from rows
    for section in sections_of(item.section.name):
        for child in item.children[section.name]:
            yield from _built(child)
