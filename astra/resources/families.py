"""What every family's Django app is: it lists its resources, and they are known from then on."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.utils.module_loading import import_string

from astra.adminsite.navigation import Entry, register_entries
from astra.resources import registry


class FamilyConfig(AppConfig):
    """A family: resources of one subject.

    ``resources`` are the dotted names of their declarations; what is called most comes first, as URLs
    are matched in that order. A declaration may stand in one module with its model. ``entries`` are
    those that it has in the sidebar of the admin site. Scenarios of its own are in
    `scenarios/library` beside it.
    """

    resources: Sequence[str] = ()
    entries: Sequence[Entry] = ()

    def import_models(self) -> None:
        """Import the modules with the declarations too: models may stand beside them."""
        super().import_models()
        for resource in self._declared():
            registry.register(resource)

    def ready(self) -> None:
        """Tell the layers below of what it has."""
        from astra.isolation.checking import register_check
        from astra.resources.checking import impossible_rows
        from astra.scenarios.library import register_library

        register_check(impossible_rows)
        register_entries(*self.entries)
        register_library(Path(self.path, "scenarios", "library"))
        for resource in self._declared():
            tell_of(resource)

    def _declared(self) -> Iterator[Any]:
        return (import_string(name) for name in self.resources)


def tell_of(resource: Any) -> None:
    """Tell what an account owns, what moves, what scenarios hold.

    What an app registers itself for the model or kind is instead.
    """
    from astra.accounts.belongings import Belonging, suggest_belonging
    from astra.engine.registry import Registration, register
    from astra.resources.sections import ResourceSection
    from astra.scenarios.sections import register_section

    if resource.model._meta.managed:
        suggest_belonging(Belonging(resource.model))
    if resource.seeding is not None:
        made_by = import_string(resource.seeding.by) if resource.seeding.by else ResourceSection
        register_section(made_by(resource))
    if resource.lifecycle is not None:
        register(Registration(model=resource.model, lifecycle=resource.lifecycle, order=5))
