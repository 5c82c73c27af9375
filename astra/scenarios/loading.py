"""Loading a scenario: what is there is kept, what is missing is made, all in one transaction.

Ids follow from the scenario's name and the place in the document, so a second run finds everything
and changes nothing. What a kept row looks like by now is nobody's business here.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Model

from astra.accounts.models import Account
from astra.api.statements import fetch
from astra.engine.ending import hold_account
from astra.engine.settling import LOCK_CLASS
from astra.scenarios.collecting import collect_items
from astra.scenarios.documents import Document, parse_document, substitute
from astra.scenarios.errors import ScenarioConflictError
from astra.scenarios.models import SeededScenario
from astra.scenarios.reports import Report
from astra.scenarios.schema import check_schema
from astra.scenarios.sections import (
    Generator,
    Item,
    Progress,
    all_sections,
    sections_of,
)
from astra.scenarios.writing import write_item

# Second key of the advisory lock that one load holds at a time.
SEEDING_KEY = 2


def load_scenario(
    document: str | bytes | Mapping[str, Any],
    *,
    source: str,
    parameters: Mapping[str, float] | None = None,
    progress: Progress | None = None,
) -> Report:
    """Load a scenario: YAML or JSON text, or parsed data; ``source`` names it in errors.

    ``parameters`` replace numbers of the document's own `parameters`. One transaction; loads wait
    for each other. Raises ``ScenarioError`` with everything wrong in the document, and
    ``ScenarioConflictError`` when other rows have the place of its own.
    """
    checked = check_scenario(document, source=source, parameters=parameters)
    with transaction.atomic():
        fetch("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, SEEDING_KEY])
        report = _Load(checked).run(progress or _quietly)
        SeededScenario.objects.get_or_create(name=report.scenario)
    return report


def preview(
    document: str | bytes | Mapping[str, Any],
    *,
    source: str,
    parameters: Mapping[str, float] | None = None,
) -> Report:
    """Return what ``load_scenario`` would do, without doing it; raises ``ScenarioError`` alike."""
    return _Load(check_scenario(document, source=source, parameters=parameters)).preview()


def check_scenario(
    document: str | bytes | Mapping[str, Any],
    *,
    source: str,
    parameters: Mapping[str, float] | None = None,
) -> Document:
    """Return the document, parsed, its parameters put in, checked by the schema.

    Raises ``ScenarioError``.
    """
    parsed = substitute(parse_document(document, source=source), parameters or {})
    check_schema(parsed)
    return parsed


def _quietly(what: str, done: int, total: int) -> None:
    pass


class _Load:
    """One pass over a document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._scenario: str = document.data["scenario"]
        self._items = collect_items(document, scenario=self._scenario)
        self._companions: set[uuid.UUID] = set()

    def run(self, progress: Progress) -> Report:
        """Write what is missing."""
        self._find_rows()
        self._find_companions()
        self._hold_accounts()
        for account in self._items["accounts"]:
            self._build(account, write=True)
        for section in all_sections():
            section.written([item for item in self._items[section.name] if item.is_new])
        report = self._report(is_preview=False)
        for section, item in self._generators():
            report.add_all(section.generate(item, progress))
        return report

    def preview(self) -> Report:
        """Look at what is there; build the rest, so that its mistakes are found, and drop it."""
        self._find_rows()
        self._find_companions()
        for account in self._items["accounts"]:
            if not account.is_new:
                account.now_of_account = account.row.now()
            self._build(account, write=False)
        report = self._report(is_preview=True)
        for section, item in self._generators():
            report.add_all(section.count(item))
        return report

    def _find_rows(self) -> None:
        """Note which items have a row; raises ``ScenarioConflictError`` for an alien one."""
        for section in all_sections():
            items = self._items[section.name]
            if section.model is None or not items:
                continue
            rows = section.model._default_manager.in_bulk([item.id for item in items])
            for item in items:
                item.row = rows.get(item.id)
                item.is_new = item.row is None
                if item.row is not None and item.row.account_id != item.account.id:
                    reason = "Something of another account has this id."
                    raise ScenarioConflictError([item.document.finding(item.path, reason)])

    def _find_companions(self) -> None:
        """Note which rows that come with an item are there: they may outlive it."""
        wanted: dict[type[Model], list[uuid.UUID]] = {}
        for items in self._items.values():
            for item in items:
                for model, identifier in item.section.companions(item).items():
                    wanted.setdefault(model, []).append(identifier)
        for model, ids in wanted.items():
            there = model._default_manager.filter(pk__in=ids).values_list("pk", flat=True)
            self._companions.update(there)

    def _hold_accounts(self) -> None:
        """Let nothing move in the accounts that are there already: it gets new rows at one instant.

        An account that gets nothing new is left alone. In the order of ids, as others hold several.
        """
        kept = [item for item in self._items["accounts"] if not item.is_new]
        for item in sorted(kept, key=lambda item: item.id):
            if _has_new(item):
                item.now_of_account = hold_account(item.id)
                item.row = Account.objects.get(id=item.id)
            else:
                item.now_of_account = item.row.now()

    def _build(self, item: Item, *, write: bool) -> None:
        """Build the item if it is new, then what is in it."""
        if item.is_new and not isinstance(item.section, Generator):
            rows = build_rows(item)
            item.row = rows[0]
            if write:
                write_item(item, [row for row in rows if row.pk not in self._companions])
        for section in sections_of(item.section.name):
            for child in item.children[section.name]:
                self._build(child, write=write)

    def _report(self, *, is_preview: bool) -> Report:
        accounts = [item.id for item in self._items["accounts"]]
        report = Report(self._scenario, self._document.source, is_preview, accounts)
        for section in all_sections():
            if section.model is None:
                continue
            for item in self._items[section.name]:
                report.add(section.model, create=int(item.is_new), keep=int(not item.is_new))
                for model, identifier in section.companions(item).items():
                    is_there = identifier in self._companions
                    report.add(model, create=int(item.is_new and not is_there), keep=int(is_there))
        return report

    def _generators(self) -> Iterator[tuple[Generator, Item]]:
        for section in all_sections():
            if isinstance(section, Generator):
                for item in self._items[section.name]:
                    yield section, item


def build_rows(item: Item) -> Sequence[Model]:
    """Return the rows of an item, its own first; raises ``ScenarioError``."""
    try:
        return item.section.build(item)
    except OverflowError as error:
        raise item.error("Its instants are beyond what a calendar has.") from error


def _has_new(item: Item) -> bool:
    return item.is_new or any(
        _has_new(child) for group in item.children.values() for child in group
    )
