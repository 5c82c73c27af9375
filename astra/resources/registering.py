"""Telling the layers below of a resource: what an account owns, what moves, what scenarios hold."""

from django.utils.module_loading import import_string

from astra.accounts.belongings import Belonging, suggest_belonging
from astra.engine.registry import Registration, register
from astra.resources.resource import Resource
from astra.resources.sections import ResourceSection
from astra.scenarios.sections import register_section


def tell_of(resource: Resource) -> None:
    """Tell them; what an app registers itself for the model or kind is instead."""
    if resource.model._meta.managed:
        suggest_belonging(Belonging(resource.model))
    if resource.seeding is not None:
        made_by = import_string(resource.seeding.by) if resource.seeding.by else ResourceSection
        register_section(made_by(resource))
    if resource.lifecycle is not None:
        register(Registration(model=resource.model, lifecycle=resource.lifecycle, order=5))
