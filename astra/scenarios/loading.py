"""Loading a scenario: what is there is kept, what is missing is made, all in one transaction.

Ids follow from the scenario's name and the place in the document, so a second run finds everything
and changes nothing. What a kept row looks like by now is nobody's business here.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Model

from astra.accounts.models import Account
from astra.api.statements import fetch
from astra.engine.ending import hold_account
from astra.engine.settling import LOCK_CLASS
from astra.scenarios.documents import Document, Source, parse_document, substitute
from astra.scenarios.errors import ScenarioConflictError
from astra.scenarios.models import SeededScenario
from astra.scenarios.schema import check_schema
from astra.scenarios.sections import (
    ROOT,
    Count,
    Generator,
    Item,
    Progress,
    Section,
    all_sections,
    items_in,
    sections_of,
)
from astra.scenarios.writing import write_item

# Second key of the advisory lock that one load holds at a time.
SEEDING_KEY = 2
# Told of each account that a load makes, within its transaction.
made_accounts: list[Callable[[Item], None]] = []


@dataclass(slots=True)
class Report:
    """What a load did, or, of a preview, would do."""

    scenario: str
    source: str
    is_preview: bool
    account_ids: list[uuid.UUID]
    counts: dict[str, Count] = field(
        default_factory=lambda: {each.name: Count() for each in all_sections() if each.model}
    )

    @property
    def created(self) -> int:
        """How much is new, of all kinds."""
        return sum(count.create for count in self.counts.values())

    def add(self, model: type[Model], *, create: int = 0, keep: int = 0) -> None:
        """Count rows of a model under the name of its section."""
        name = next(section.name for section in all_sections() if section.model is model)
        self.counts[name].create += create
        self.counts[name].keep += keep

    def as_json(self) -> dict[str, Any]:
        """Return the report as the control surface answers it."""
        return {
            "scenario": self.scenario,
            "source": self.source,
            "preview": self.is_preview,
            "accounts": [str(identifier) for identifier in self.account_ids],
            "counts": {
                kind: {"create": count.create, "keep": count.keep}
                for kind, count in self.counts.items()
            },
        }


def load_scenario(
    source: Source,
    parameters: Mapping[str, float] | None = None,
    *,
    progress: Progress | None = None,
) -> Report:
    """Load a scenario; ``parameters`` replace numbers of the document's own `parameters`.

    One transaction; loads wait for each other. Raises ``ScenarioError`` with everything wrong in the
    document, and ``ScenarioConflictError`` when other rows have the place of its own.
    """
    checked = check_scenario(source, parameters)
    with transaction.atomic():
        wait_for_loads()
        report = _Load(checked).run(progress or quietly)
        SeededScenario.objects.update_or_create(
            name=report.scenario, defaults={"document": checked.data}
        )
    return report


def wait_for_loads() -> None:
    """Keep other loads waiting until the transaction ends."""
    fetch("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, SEEDING_KEY])


def make_what_is_missing() -> list[uuid.UUID]:
    """Make again what every scenario that was loaded has, and is gone; return the accounts made.

    To be called in a transaction, after ``wait_for_loads``.
    """
    made = []
    for seeded in SeededScenario.objects.filter(document__isnull=False).order_by(
        "seeded_at", "name"
    ):
        load = _Load(Document(seeded.name, seeded.document))
        load.run(quietly)
        made += load.made_accounts
    return made


def preview(source: Source, parameters: Mapping[str, float] | None = None) -> Report:
    """Return what ``load_scenario`` would do, without doing it; raises ``ScenarioError`` alike."""
    return _Load(check_scenario(source, parameters)).run(None)


def check_scenario(source: Source, parameters: Mapping[str, float] | None = None) -> Document:
    """Return the document, parsed, its parameters put in, checked by the schema.

    Raises ``ScenarioError``.
    """
    parsed = substitute(parse_document(source), parameters or {})
    check_schema(parsed)
    return parsed


def quietly(what: str, done: int, total: int) -> None:
    """Tell nobody of the progress."""


def collect_items(document: Document, *, scenario: str) -> dict[str, list[Item]]:
    """Return the items of every section, by its name, in the order of the document.

    Ids that are not given follow from ``scenario``. Raises ``ScenarioError`` for two siblings of
    one name, unless both give their ids, and for an id that is there twice.
    """
    items: dict[str, list[Item]] = {section.name: [] for section in all_sections()}
    ids: set[uuid.UUID] = set()

    def add(section: Section, parent: Item | None, members: Mapping[str, Any]) -> None:
        names: dict[str, Item] = {}
        siblings: list[Item] = []
        for index, values in enumerate(items_in(section, parent, members)):
            name = str(values[section.key])
            item = Item(
                section=section,
                scenario=scenario,
                seed=document.data.get("seed", 0),
                document=document,
                values=values,
                path=(*(parent.path if parent else ()), section.name, index),
                key=f"{parent.key}/{section.name}/{name}" if parent else f"{section.name}/{name}",
                parent=parent,
            )
            if name in names:
                # The API has such, where their ids tell them apart.
                if "id" not in values or "id" not in names[name].values:
                    reason = f"Another of the {section.name} is called {name}."
                    raise item.error(reason, section.key)
                item.key = f"{item.key}/{item.id}"
            if item.id in ids:
                raise item.error("This id is there twice.", "id")
            names.setdefault(name, item)
            siblings.append(item)
            ids.add(item.id)
            items[section.name].append(item)
            for child in sections_of(section.name):
                add(child, item, values)
        if parent is not None:
            parent.by_name[section.name] = names
            parent.children[section.name] = siblings

    for section in sections_of(ROOT):
        add(section, None, document.data)
    return items


class _Load:
    """One pass over a document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._scenario: str = document.data["scenario"]
        self._items = collect_items(document, scenario=self._scenario)
        self._companions: set[uuid.UUID] = set()

    def run(self, progress: Progress | None) -> Report:
        """Write what is missing; without ``progress`` build it, so that its mistakes are found."""
        self._find_rows()
        self._find_companions()
        self._hold_accounts(is_preview=progress is None)
        for account in self._items["accounts"]:
            self._build(account, write=progress is not None)
        if progress is not None:
            for section in all_sections():
                section.written([item for item in self._items[section.name] if item.is_new])
            for account in filter(lambda item: item.is_new, self._items["accounts"]):
                for told in made_accounts:
                    told(account)
        report = self._report(is_preview=progress is None)
        for section in all_sections():
            if isinstance(section, Generator):
                for item in self._items[section.name]:
                    made = section.generate(item, progress) if progress else section.count(item)
                    for model, count in made.items():
                        report.add(model, create=count.create, keep=count.keep)
        return report

    @property
    def made_accounts(self) -> list[uuid.UUID]:
        """The accounts that it made."""
        return [item.id for item in self._items["accounts"] if item.is_new]

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

    def _hold_accounts(self, *, is_preview: bool) -> None:
        """Let nothing move in the accounts that are there already: it gets new rows at one instant.

        An account that gets nothing new is left alone, as all are in a preview. In the order of
        ids, as others hold several.
        """
        kept = [item for item in self._items["accounts"] if not item.is_new]
        for item in sorted(kept, key=lambda item: item.id):
            if not is_preview and _has_new(item):
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


def build_rows(item: Item) -> Sequence[Model]:
    """Return the rows of an item, its own first; raises ``ScenarioError``."""
    try:
        rows = item.section.build(item)
        item.section.as_read(item, rows[0])
    except OverflowError as error:
        raise item.error("Its instants are beyond what a calendar has.") from error
    return rows


def _has_new(item: Item) -> bool:
    return item.is_new or any(
        _has_new(child) for group in item.children.values() for child in group
    )
