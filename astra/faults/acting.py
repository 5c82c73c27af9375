"""Which rules acted on the call under way: kept with its request, for whoever records what happened."""

import uuid
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.http import HttpRequest


@dataclass(slots=True)
class Acted:
    """The rules that acted: on the call itself, and on what it creates.

    The latter count for a creation that is not refused only.
    """

    on_call: list[uuid.UUID] = field(default_factory=list)
    on_creation: list[uuid.UUID] = field(default_factory=list)


_under_way: ContextVar[Acted | None] = ContextVar("rules that acted", default=None)


def begin(request: HttpRequest) -> Acted:
    """Begin to note the rules that act on a request."""
    acted = Acted()
    request._acted = acted  # type: ignore[attr-defined]
    _under_way.set(acted)
    return acted


def note_on_creation(rule_id: uuid.UUID) -> None:
    """Note that a rule acted on what the call under way creates."""
    acted = _under_way.get()
    if acted is not None:
        acted.on_creation.append(rule_id)


def acted_on(request: HttpRequest, *, is_refused: bool) -> list[uuid.UUID]:
    """Return the rules that acted on a request; those on creations not if it was refused."""
    acted: Acted | None = getattr(request, "_acted", None)
    if acted is None:
        return []
    return acted.on_call if is_refused else acted.on_call + acted.on_creation
