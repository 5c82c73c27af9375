"""The entries of the sidebar, and the first page: each app tells of its own when it is ready."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.module_loading import import_string
from django.utils.text import capfirst


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """Entries under one heading; ``order`` is its place among the groups."""

    order: int
    title: str


# Those to which several apps add; a family has one of its own.
ACCOUNTS = Group(20, "Accounts")
SIMULATION = Group(30, "Simulation")
SITE = Group(40, "Site")


@dataclass(frozen=True, slots=True)
class Entry:
    """A link to the list of a model (`label.model`), or else to a page by the name of its URL.

    A list is there for those who may view it. ``order`` is its place in the group; ``icon`` one of
    Google's Material Symbols. A list with a foreign key `account` may be linked to from an account's
    page, narrowed to it, under its title: ``of_account`` is its place there.
    """

    group: Group
    order: int
    title: str
    icon: str
    model: str = ""
    page: str = ""
    of_account: int | None = None

    def as_item(self) -> dict[str, Any]:
        """Return it as the site's theme wants it."""
        item: dict[str, Any] = {"title": self.title, "icon": self.icon}
        if self.page:
            return item | {"link": reverse_lazy(self.page)}
        label, model = self.model.split(".")

        def may_view(request: HttpRequest) -> bool:
            return request.user.has_perm(f"{label}.view_{model}")

        link = reverse_lazy(f"admin:{label}_{model}_changelist")
        return item | {"link": link, "permission": may_view}


@dataclass(slots=True)
class Overview:
    """The first page, set by the app that knows what is worth an overview.

    ``template`` None: Django's list of models. ``fill``: the dotted name of what is called with
    request and context, and returns the context; only its name, as processes without an admin site
    set it too.
    """

    template: str | None = None
    fill: str = ""


overview = Overview()
_HOME = {"title": "Overview", "icon": "dashboard", "link": reverse_lazy("admin:index")}
_entries: dict[tuple[Group, str], Entry] = {}


def register_entries(*entries: Entry) -> None:
    """Add entries; a second one of a title in a group replaces the first."""
    for entry in entries:
        _entries[entry.group, entry.title] = entry


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the sidebar: the overview, then the groups."""
    ordered = sorted(_entries.values(), key=lambda entry: (entry.group, entry.order, entry.title))
    groups = groupby(ordered, key=lambda entry: entry.group)
    return [
        {"items": [_HOME]},
        *(
            {
                "title": group.title,
                "separator": True,
                "items": [entry.as_item() for entry in entries],
            }
            for group, entries in groups
        ),
    ]


def entry_of(model: type[Model]) -> Entry | None:
    """Return the entry that leads to the list of a model."""
    label = model._meta.label_lower
    return next((entry for entry in _entries.values() if entry.model == label), None)


def title_of(model: type[Model]) -> str:
    """Return what the list of a model is called, as its entry is where it has one."""
    entry = entry_of(model)
    return entry.title if entry else capfirst(str(model._meta.verbose_name_plural))


def in_text(title: str) -> str:
    """Return a title as it is written in a sentence."""
    return title if title[1:] != title[1:].lower() else title.lower()


def crumbs(parts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the way to a page, as the theme has it, with the names that the sidebar has.

    A group has no page, and the name of a record is written as it is.
    """
    paths = {str(each.as_item()["link"]): each for each in _entries.values()}
    entry = paths.get(str(parts[1]["link"])) if len(parts) > 1 else None
    if entry is None:
        return [{**part, "title": capfirst(str(part["title"]))} for part in parts]
    return [
        {"title": entry.group.title},
        {**parts[1], "title": entry.title},
        *({**each} for each in parts[2:]),
    ]


def account_links() -> list[tuple[str, str]]:
    """Return text and model of the lists that an account's page links to."""
    linked = [entry for entry in _entries.values() if entry.of_account]
    ordered = sorted(linked, key=lambda entry: entry.of_account or 0)
    return [(in_text(entry.title), entry.model) for entry in ordered]


def fill_overview(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return the context of the first page."""
    return import_string(overview.fill)(request, context) if overview.fill else context
