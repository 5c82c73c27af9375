"""The page on who may do what, written from the declarations: `python -m docs.who_may`."""

import os
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

PAGE = Path(__file__).with_name("who-may.md")
_HEAD = """\
# Who may do what

What each role may do with each resource, at every path of it that offers this. Reading is listing and
retrieving; a role without what it needs is refused with 403, problem 11. A role's constraints reach a
resource through what it is *within* ([Roles](architecture.md#roles)): what is within the account is
everybody's. In the scenario `demo` the role of `retail@example.com` reaches one app alone; to call as
that user: `astra-simulator config --user retail@example.com -o config.yaml`.

Beyond the table: only an owner gives, changes or takes the role owner, and an account keeps its last one.

This page is generated from the declarations of the resources by `make docs`.
"""
# In the order of a resource's life.
_OPERATIONS = {"POST": "create", "GET": "read", "PUT": "replace", "DELETE": "delete"}


def page() -> str:
    """Return the page, as it is to be."""
    from astra.accounts.models import Role
    from astra.resources import registry

    head = f"| resource | {' | '.join(Role.values)} | within |\n|---|{'---|' * len(Role)}---|\n"
    resources = sorted(registry.resources(), key=_family)
    tables = (
        f"\n## {family}\n\n{head}{''.join(_rows(own))}"
        for family, own in groupby(resources, key=_family)
    )
    return _HEAD + "".join(tables)


def _family(resource: Any) -> str:
    from django.apps import apps

    family = resource.members.module.partition(".")[0]
    return str(apps.get_app_config(family).verbose_name)


def _rows(resources: Iterator[Any]) -> Iterator[str]:
    from astra.accounts.models import Role

    for resource in sorted(resources, key=lambda each: each.kind.name):
        cells = [_may(resource, role) for role in Role]
        note = " (its own user's: everybody)" if resource.own_users_write else ""
        within = resource.within.told
        yield f"| `{resource.kind.name}`{note} | {' | '.join(cells)} | {within} |\n"


def _may(resource: Any, role: Any) -> str:
    writes = role.permits(type(role)(resource.write_role))
    may = [
        name
        for method, name in _OPERATIONS.items()
        if method in resource.methods and (writes or method == "GET")
    ]
    return ", ".join(may)


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "astra.settings")
    django.setup()
    PAGE.write_text(page())
