"""What the constraints of roles reach: namespaces, alone or with everything in them.

`namespaces:id='…'` names one, `namespaces:kubernetesLabels='name=value'` those with a label,
`namespaces:*` all; with `.*` behind it a constraint reaches what is in them too. One that says anything
else reaches nothing. Source: the published `roleBinding` schemas.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.db.models import Model, Q

from astra.accounts.callers import Scope
from astra.api.patterns import parse_identifier

_CONSTRAINT = re.compile(
    r"namespaces:(?:\*|(?P<by>id|kubernetesLabels)='(?P<value>[^']*)')(?P<with_contents>\.\*)?"
)


class Namespaces:
    """What a constraint names itself."""

    told = "itself"
    ways = ()

    def reached(self, model: type[Model], scope: Scope) -> Q:
        """Return the condition under which a namespace is reached, perhaps without what is in it."""
        return _any_of(match for match in _parsed(scope))


def contents_reached(scope: Scope) -> Q:
    """Return the condition under which what is in a namespace is reached."""
    return _any_of(match for match in _parsed(scope) if match["with_contents"])


def _parsed(scope: Scope) -> Iterator[re.Match[str]]:
    return filter(None, map(_CONSTRAINT.fullmatch, sorted(scope)))


def _any_of(constraints: Iterator[re.Match[str]]) -> Q:
    ids: list[Any] = []
    labels = []
    for each in constraints:
        if each["by"] is None:
            return Q()
        if each["by"] == "id":
            ids.append(parse_identifier(each["value"]))
        else:
            name, _, value = each["value"].partition("=")
            labels.append([{"name": name, "value": value}])
    return Q(id__any_of=ids) | Q(kubernetes_labels__contains_any=labels)
