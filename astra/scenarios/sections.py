"""What a scenario may hold: sections, registered by the apps whose resources they make.

A section is a list of items in its parent (users of accounts, and so on down).
It says what an item looks like as JSON Schema, and makes the rows of one; it asks the database
nothing. The loader finds out what is there already, and writes the rest.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Model

from astra.accounts.models import Account, Described
from astra.api.dice import NIL_ID
from astra.api.patterns import parse_identifier
from astra.api.quantities import parse_duration, parse_instant, parse_size
from astra.scenarios.documents import Document, Path
from astra.scenarios.errors import ScenarioError

T = TypeVar("T")
Schema = Mapping[str, Any]


@dataclass(slots=True)
class Count:
    """How many of a kind are made, and how many are there already."""

    create: int = 0
    keep: int = 0


# Told, in the course of a long load, what is being made and how many of how many are done.
Progress = Callable[[str, int, int], None]

_NAMESPACE = uuid.UUID("6b0c1b64-8f3e-5d0c-9a57-6f1f8f3f2a10")
ROOT = ""


def derived_id(scenario: str, key: str) -> uuid.UUID:
    """Return the id of what stands at a key of a scenario: the same in every database."""
    return uuid.uuid5(_NAMESPACE, f"{scenario}/{key}")


@dataclass(eq=False, slots=True)
class Item:
    """One item of a section, in its place in the document."""

    section: "Section"
    scenario: str
    seed: int
    document: Document
    values: Mapping[str, Any]
    path: Path
    key: str
    parent: "Item | None"
    children: dict[str, list["Item"]] = field(default_factory=dict)
    # The children again, by section and name, and what was found out once for all of them.
    by_name: dict[str, dict[str, "Item"]] = field(default_factory=dict)
    _known: dict[str, Any] = field(default_factory=dict)
    # What the loader found or made of it.
    row: Any = None
    is_new: bool = True
    # The account's instant, on the account's item.
    now_of_account: datetime | None = None

    def get(self, name: str, default: Any = None) -> Any:
        """Return a member of the item."""
        return self.values.get(name, default)

    @property
    def name(self) -> str:
        """What the item is called among its siblings."""
        return str(self.values[self.section.key])

    @property
    def id(self) -> uuid.UUID:
        """The item's own `id`, or the one that follows from its place."""
        given = parse_identifier(self.get("id", ""))
        return given or derived_id(self.scenario, self.key)

    def derived_id(self, suffix: str) -> uuid.UUID:
        """Return the id of something that comes with the item."""
        return derived_id(self.scenario, f"{self.key}/{suffix}")

    def error(self, reason: str, *members: str | int) -> ScenarioError:
        """Return the error that says what is wrong with the item, or with a member of it."""
        return self.document.error((*self.path, *members), reason)

    def size(self, member: str, default: int) -> int:
        """Return the bytes that a member says; raises ``ScenarioError`` at it for too many."""
        return self._parsed(parse_size, self.get(member, default), member)

    def duration(self, member: str, default: str = "") -> timedelta:
        """Return the duration that a member says; raises ``ScenarioError`` at it."""
        return self._parsed(parse_duration, self.get(member, default), member)

    def instant(self, *members: str) -> datetime:
        """Return the instant that a member, or a member of it, says; raises ``ScenarioError``."""
        value: Any = self.values
        for member in members:
            value = value[member]
        return self._parsed(parse_instant, value, *members)

    def _parsed(self, parse: Callable[[Any], T], value: Any, *members: str) -> T:
        # The schema has seen that it looks right; a 31 February does.
        try:
            return parse(value)
        except (ValueError, OverflowError) as error:
            raise self.error(f"{error}.", *members) from error

    @property
    def account(self) -> "Item":
        """The account that the item belongs to."""
        return self if self.parent is None else self.parent.account

    @property
    def account_row(self) -> Account:
        """The account's row."""
        row: Account = self.account.row
        return row

    @property
    def now(self) -> datetime:
        """The account's instant, the same for everything in one load."""
        now = self.account.now_of_account
        assert now is not None
        return now

    @property
    def created_at(self) -> datetime | None:
        """The instant that `age` or `createdAt` names, None if neither is there."""
        if "createdAt" in self.values:
            return self.instant("createdAt")
        return None if "age" not in self.values else self.now - self.duration("age")

    @property
    def created_where(self) -> str:
        """The member that says when the item was made."""
        return "createdAt" if "createdAt" in self.values else "age"

    @property
    def created_by(self) -> uuid.UUID:
        """The user that `createdBy` names, else the account's first owner, else nobody."""
        if "createdBy" in self.values:
            return self._named_creator(self.values["createdBy"])
        if self.section.name in ("accounts", "users"):
            return NIL_ID
        return self.account.once("owner", self._first_owner)

    def _named_creator(self, named: str) -> uuid.UUID:
        # Who made something may be gone, and only the id be known.
        is_id = named not in self.account.by_name.get("users", {})
        found = parse_identifier(named) if is_id else None
        return found or self.find("users", "createdBy").id

    @property
    def modified_at(self) -> datetime | None:
        """The instant that `modifiedAt` names, None if it is not there."""
        return self.instant("modifiedAt") if "modifiedAt" in self.values else None

    def _first_owner(self) -> uuid.UUID:
        owners = (user for user in self.account.children["users"] if user.get("role") == "owner")
        return next((owner.id for owner in owners), NIL_ID)

    def once(self, what: str, find: Callable[[], T]) -> T:
        """Return what ``find`` returned when this was asked first."""
        if what not in self._known:
            self._known[what] = find()
        found: T = self._known[what]
        return found

    def described(self, version: str) -> dict[str, Any]:
        """Return the columns that every resource has."""
        instant = self.created_at or self.now
        return {
            "id": self.id,
            "version": version,
            "labels": list(self.get("labels", ())),
            "created_at": instant,
            "modified_at": self.modified_at or instant,
            "created_by": self.created_by,
        }

    def find(self, section: str, member: str) -> "Item":
        """Return the item that a member names: the nearest of that section, outwards.

        Raises ``ScenarioError`` at the member when there is none.
        """
        place = self.parent or self
        while section not in place.children and place.parent is not None:
            place = place.parent
        wanted = self.values[member]
        item = place.by_name.get(section, {}).get(wanted)
        if item is not None:
            return item
        siblings = place.children.get(section, ())
        if (identifier := parse_identifier(wanted)) is not None:
            for each in siblings:
                if each.id == identifier:
                    return each
        names = ", ".join(item.name for item in siblings) or "none"
        raise self.error(f"None of the {section} is called {wanted}; there are: {names}.", member)


class Section:
    """A kind of item. Subclasses name it, describe it and make its rows.

    ``key`` is the member that names an item among its siblings; ``parent`` the section it is part
    of; ``order`` its place among the sections of that parent.
    """

    name: str
    parent: str
    model: type[Described] | None = None
    key: str = "name"
    order: int = 0
    # JSON Schema of what is the section's own; the loader adds what all items have.
    properties: Schema = {}
    required: Sequence[str] = ()

    def without_ids(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the members of an item without the ids that they give."""
        return {name: value for name, value in values.items() if name != "id"}

    def companions(self, item: Item) -> Mapping[type[Model], uuid.UUID]:
        """Return the ids of the rows that come with the item's own and count as resources."""
        return {}

    def build(self, item: Item) -> Sequence[Model]:
        """Return the rows of an item, its own first; raises ``ScenarioError``."""
        raise NotImplementedError

    def as_read(self, item: Item, row: Any) -> None:
        """Let a row be what answers showed of it, where an item says that."""

    def published(self) -> Mapping[str, Any]:
        """Return how the API has what the section is about, nothing where it has not."""
        return {}

    def written(self, items: Sequence[Item]) -> None:
        """Do what remains once the rows of these new items are in the database."""


class Generator(Section):
    """A section whose items each stand for any number of rows, which it writes itself."""

    def count(self, item: Item) -> Mapping[type[Model], "Count"]:
        """Return how many rows of each model the item would make, and how many are there."""
        raise NotImplementedError

    def generate(self, item: Item, progress: Progress) -> Mapping[type[Model], "Count"]:
        """Write what is not there yet; return what ``count`` would have said before."""
        raise NotImplementedError


_sections: dict[str, Section] = {}
# From a parent and its members to the items that they imply.
Implies = Callable[["Item", Mapping[str, Any]], Iterable[Mapping[str, Any]]]
_implied: dict[str, list[Implies]] = {}


def register_section(section: Section) -> None:
    """Add a section; a second one of the name replaces the first."""
    _sections[section.name] = section


def imply(section: str, implies: Implies) -> None:
    """Let the other members of a parent imply items of a section that the document does not have.

    ``implies`` is given the parent and its members; an item of a name that is there already is not
    made again.
    """
    _implied.setdefault(section, []).append(implies)


def items_in(section: Section, parent: Item | None, members: Mapping[str, Any]) -> list[Any]:
    """Return the items of a section among a parent's members, and those that are implied."""
    items = list(members.get(section.name, ()))
    if parent is None:
        return items
    names = {str(each[section.key]) for each in items}
    for implies in _implied.get(section.name, ()):
        for each in implies(parent, members):
            if str(each[section.key]) not in names:
                names.add(str(each[section.key]))
                items.append(each)
    return items


def section_named(name: str) -> Section:
    """Return the section of that name; raises ``KeyError``."""
    return _sections[name]


def sections_of(parent: str) -> Iterator[Section]:
    """Yield the sections of a parent in their order; ``ROOT`` has the accounts."""
    members = (section for section in _sections.values() if section.parent == parent)
    yield from sorted(members, key=lambda section: (section.order, section.name))


def all_sections() -> Iterator[Section]:
    """Yield every section, parents first."""
    pending = [ROOT]
    while pending:
        for section in sections_of(pending.pop(0)):
            yield section
            pending.append(section.name)
