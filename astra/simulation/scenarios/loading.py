"""Loading a scenario: what is there is kept, what is missing is made, all in one transaction.

Ids follow from the scenario's name and the place in the document, so a second run finds everything
and changes nothing. What a kept row looks like by now is nobody's business here.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from astra.accounts.models import Account
from astra.simulation.models import SeededScenario, Staged
from astra.simulation.registry import Registration, registrations
from astra.simulation.scenarios.documents import Document, parse_document, substitute
from astra.simulation.scenarios.errors import ScenarioConflictError
from astra.simulation.scenarios.history import next_sequences, write_history
from astra.simulation.scenarios.schema import check_schema
from astra.simulation.scenarios.sections import (
    ROOT,
    Generator,
    Item,
    Progress,
    Section,
    all_sections,
    sections_of,
)
from astra.simulation.settling import LOCK_CLASS, lock_account

# Second key of the advisory lock that one load holds at a time.
SEEDING_KEY = 2


@dataclass(slots=True)
class Count:
    """How many of a kind are made, and how many are there already."""

    create: int = 0
    keep: int = 0


@dataclass(slots=True)
class Report:
    """What a load did, or, of a preview, would do."""

    scenario: str
    source: str
    is_preview: bool
    counts: dict[str, Count] = field(default_factory=dict)
    account_ids: list[uuid.UUID] = field(default_factory=list)

    @property
    def created(self) -> int:
        """How much is new, of all kinds."""
        return sum(count.create for count in self.counts.values())

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
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, SEEDING_KEY])
        load = _Load(checked, progress or _quietly)
        report = load.run()
        SeededScenario.objects.get_or_create(name=report.scenario)
    return report


def preview(
    document: str | bytes | Mapping[str, Any],
    *,
    source: str,
    parameters: Mapping[str, float] | None = None,
) -> Report:
    """Return what ``load_scenario`` would do, without doing it; raises ``ScenarioError`` alike."""
    checked = check_scenario(document, source=source, parameters=parameters)
    with transaction.atomic():
        return _Load(checked, _quietly).preview()


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

    def __init__(self, document: Document, progress: Progress) -> None:
        self._document = document
        self._progress = progress
        self._scenario: str = document.data["scenario"]
        self._seed: int = document.data.get("seed", 0)
        self._items: dict[str, list[Item]] = {section.name: [] for section in all_sections()}
        self._ids: dict[uuid.UUID, Item] = {}
        for section in sections_of(ROOT):
            self._collect(section, document.data.get(section.name, ()), None)

    def run(self) -> Report:
        """Write what is missing."""
        self._find_rows()
        for account in self._items["accounts"]:
            self._build(account)
        for section in all_sections():
            section.written([item for item in self._items[section.name] if item.is_new])
        report = self._report(is_preview=False)
        for item in self._generators():
            assert isinstance(item.section, Generator)
            _add(report, item.section.generate(item, self._progress))
        return report

    def preview(self) -> Report:
        """Look at what is there; build the rest, so that its mistakes are found, and drop it."""
        self._find_rows()
        for account in self._items["accounts"]:
            self._build(account, write=False)
        report = self._report(is_preview=True)
        for item in self._generators():
            assert isinstance(item.section, Generator)
            _add(report, item.section.count(item))
        return report

    def _collect(self, section: Section, values: Sequence[Any], parent: Item | None) -> None:
        base = (*parent.path, section.name) if parent else (section.name,)
        names: dict[str, Item] = {}
        for index, members in enumerate(values):
            name = str(members[section.key])
            item = Item(
                section=section,
                scenario=self._scenario,
                seed=self._seed,
                document=self._document,
                values=members,
                path=(*base, index),
                key=f"{parent.key}/{section.name}/{name}" if parent else f"{section.name}/{name}",
                parent=parent,
            )
            if name in names:
                raise item.error(f"Another of the {section.name} is called {name}.", section.key)
            if item.id in self._ids:
                raise item.error("This id is there twice.", "id")
            names[name] = self._ids[item.id] = item
            self._items[section.name].append(item)
            for child in sections_of(section.name):
                self._collect(child, members.get(child.name, ()), item)
        if parent is not None:
            parent.children[section.name] = list(names.values())

    def _find_rows(self) -> None:
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

    def _build(self, item: Item, *, write: bool = True) -> None:
        """Build the item if it is new, then what is in it."""
        if item.parent is None and not item.is_new:
            self._take_over(item, lock=write)
        if item.is_new and not isinstance(item.section, Generator):
            rows = item.section.build(item)
            item.row = rows[0]
            if write:
                _write(item, rows)
        for section in sections_of(item.section.name):
            for child in item.children[section.name]:
                self._build(child, write=write)

    def _take_over(self, item: Item, *, lock: bool) -> None:
        """Go on in an account that is there: nothing else moves its clock or settles meanwhile."""
        if lock:
            lock_account(item.id)
            item.row = Account.objects.get(id=item.id)
        item.now_of_account = item.row.now()

    def _report(self, *, is_preview: bool) -> Report:
        report = Report(self._scenario, self._document.source, is_preview)
        report.account_ids = [item.id for item in self._items["accounts"]]
        kept: dict[type[Model], list[uuid.UUID]] = {}
        for section in all_sections():
            if section.model is not None:
                report.counts[section.name] = Count()
        for item in self._everything():
            if item.section.model is None:
                continue
            _count(report, item.section.model, item.is_new)
            for model, identifier in item.section.companions(item).items():
                if item.is_new:
                    _count(report, model, True)
                else:
                    kept.setdefault(model, []).append(identifier)
        for model, ids in kept.items():
            for _ in model._default_manager.filter(pk__in=ids):
                _count(report, model, False)
        return report

    def _everything(self) -> Iterator[Item]:
        for items in self._items.values():
            yield from items

    def _generators(self) -> Iterator[Item]:
        return (item for item in self._everything() if isinstance(item.section, Generator))


def _write(item: Item, rows: Sequence[Model]) -> None:
    """Insert an item; raises ``ScenarioConflictError`` where others have its place."""
    try:
        # A savepoint, so that the load ends with our message and not with the next statement's.
        with transaction.atomic():
            for row in rows:
                registration = _registration_of(row)
                if registration is not None:
                    assert isinstance(row, Staged)
                    _go_on_in_history(registration, row)
                row.save(force_insert=True)
                if registration is not None:
                    write_history(registration, [row.pk])
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        detail = getattr(diagnosis, "message_detail", None) or str(error)
        constraint = getattr(diagnosis, "constraint_name", None) or "a constraint"
        reason = f"The database refuses it ({constraint}): {detail}"
        raise ScenarioConflictError([item.document.finding(item.path, reason)]) from error


def _go_on_in_history(registration: Registration, row: Staged) -> None:
    taken = next_sequences(registration.lifecycle.kind, [row.id])
    row.transition_count += taken.get(row.id, 0)


def _registration_of(row: Model) -> Registration | None:
    return next((item for item in registrations() if item.model is type(row)), None)


def _name_of(model: type[Model]) -> str:
    return next(section.name for section in all_sections() if section.model is model)


def _count(report: Report, model: type[Model], is_new: bool) -> None:  # noqa: FBT001
    count = report.counts[_name_of(model)]
    if is_new:
        count.create += 1
    else:
        count.keep += 1


def _add(report: Report, made: Mapping[type[Model], tuple[int, int]]) -> None:
    for model, (create, keep) in made.items():
        count = report.counts[_name_of(model)]
        count.create += create
        count.keep += keep
