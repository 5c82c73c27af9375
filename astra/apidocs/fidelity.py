"""The page on fidelity: each operation of the published API, and how far the service has it.

An operation is absent when no view serves it, simplified when its view says how, else faithful.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from django.urls import Resolver404, resolve

from astra.api.views import ApiView
from astra.apidocs.published import Published, published_operations

FAITHFUL, SIMPLIFIED, ABSENT = "faithful", "simplified", "absent"
HEAD = """\
# Fidelity

Every operation of the published Astra Control REST API, release 24.02, and how far this service has
it. *Faithful*: as published, except for the differences that `tests/extras` lists and explains.
*Simplified*: answers as published, but does less behind it. *Absent*: answers 404, problem 2.

This page is generated from the code: `python manage.py fidelity` writes it, `--check` compares.
"""


class Verdict(NamedTuple):
    """How far an operation is served, and if it is simplified, how."""

    operation: Published
    fidelity: str
    how: str = ""


def judge(operation: Published) -> Verdict:
    """Return the verdict on one published operation."""
    # Any text without a slash stands for an identifier.
    try:
        callback = resolve(operation.path.replace("{", "").replace("}", "")).func
    except Resolver404:
        return Verdict(operation, ABSENT)
    view: type[ApiView] = getattr(callback, "view_class", ApiView)
    method = operation.method.lower()
    if method not in view.http_method_names or not hasattr(view, method):
        return Verdict(operation, ABSENT)
    how = view.simplified.get(operation.method)
    if how is None:
        return Verdict(operation, FAITHFUL)
    return Verdict(operation, SIMPLIFIED, how[0].upper() + how[1:])


def page() -> str:
    """Return the page, as Markdown."""
    verdicts = [judge(operation) for operation in published_operations()]
    return "\n".join([HEAD, *_summary(verdicts), *_tables(verdicts)]) + "\n"


def _summary(verdicts: list[Verdict]) -> Iterator[str]:
    counts = Counter(verdict.fidelity for verdict in verdicts)
    yield "| fidelity | operations |\n|---|---:|"
    for fidelity in (FAITHFUL, SIMPLIFIED, ABSENT):
        yield f"| {fidelity} | {counts[fidelity]} |"
    yield f"| all | {len(verdicts)} |"


def _tables(verdicts: list[Verdict]) -> Iterator[str]:
    served = {item.operation.tag for item in verdicts if item.fidelity != ABSENT}
    for tag, group in groupby(verdicts, key=lambda verdict: verdict.operation.tag):
        if tag not in served:
            continue
        yield f"\n## {tag}\n\n| operation | fidelity | |\n|---|---|---|"
        for operation, fidelity, how in group:
            yield f"| `{operation.method} {operation.path}` | {fidelity} | {how} |"
    yield "\n## Resources that are absent\n\n| resource | operation |\n|---|---|"
    for item in verdicts:
        if item.operation.tag not in served:
            yield f"| {item.operation.tag} | `{item.operation.method} {item.operation.path}` |"
