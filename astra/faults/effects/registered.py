"""The effects that there are: those of every service, and what the families register beside."""

from astra.faults.effects.base import Effect, FateEffect, RequestEffect
from astra.faults.effects.of_calls import Delay, DropConnection, Refuse, Status, Truncate

# By name, in the order in which they are documented.
EFFECTS: dict[str, Effect] = {}


def register_effects(*effects: Effect) -> None:
    """Add effects; those that decide fates stand before those that act on requests."""
    known = EFFECTS | {effect.name: effect for effect in effects}
    ordered = sorted(known.values(), key=lambda effect: isinstance(effect, RequestEffect))
    EFFECTS.clear()
    EFFECTS.update((effect.name, effect) for effect in ordered)


register_effects(Refuse(), Status(), Delay(), DropConnection(), Truncate())


def fate_effects() -> tuple[str, ...]:
    """Return the names of those that decide how a resource ends, when it is created."""
    return tuple(name for name, effect in EFFECTS.items() if isinstance(effect, FateEffect))


def request_effects() -> tuple[str, ...]:
    """Return the names of those that act on a request."""
    return tuple(name for name, effect in EFFECTS.items() if isinstance(effect, RequestEffect))
