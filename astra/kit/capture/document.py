"""The scenario of an account, and what is not in it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ..reading import iso_instant
from .estate import Estate, Item
from .mapping import Mapper

# What no GET tells, and what a scenario has instead.
UNTOLD = (
    "secrets of credentials, tokens, licence files: there are none, tokens are issued anew",
    "sources of private hook sources: an empty script",
    "how what is under way will end, and how fast: it goes on to success at the usual pace",
    "history: events, notifications and tasks follow from the states, and nobody has read any",
    "who is in those groups of a directory that the account does not have: nobody",
    "which bucket is the default one, and archives of AutoSupport bundles",
)


def scenario_of(estate: Estate, *, name: str, instant: datetime) -> tuple[Item, list[str]]:
    """Return the scenario of what was read, and the places in which something is made up.

    Its clock stands still at ``instant``, or where the latest thing that was read happened.
    """
    mapper = Mapper(estate)
    account = mapper.account()
    read = (datetime.fromisoformat(each) for each in _instants(estate))
    account["clock"] = {"mode": "manual", "at": iso_instant(max(instant, *read, instant))}
    return {"scenario": name, "accounts": [account]}, mapper.filled


def heading(filled: list[str], refused: Mapping[str, str]) -> str:
    """Return the comment that says what the scenario lacks."""
    lines = ["Captured by GETs alone. What these do not tell:", *(f"- {each}" for each in UNTOLD)]
    if filled:
        lines += ["Made up, or left out:", *(f"- {each}" for each in filled)]
    if refused:
        lines += ["Refused:", *(f"- {path}: {why}" for path, why in refused.items())]
    return "".join(f"# {line}\n" for line in lines)


def _instants(estate: Estate) -> Iterator[str]:
    for answers in ([estate.account], *estate.read.values()):
        for each in answers:
            metadata: Mapping[str, Any] = each.get("metadata", {})
            yield from (
                metadata[name]
                for name in ("creationTimestamp", "modificationTimestamp")
                if name in metadata
            )
