"""Values of the JSON that the service answers, a member for each field; and the texts of instants."""

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, Self, TypeAlias, get_args, get_origin, get_type_hints

Json: TypeAlias = Mapping[str, Any]

_FOUND = "found"
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_PART = r"(\d+(?:\.\d+)?)(ms|[smhdw])"


def found(find: Callable[[Json], Any]) -> Mapping[str, Any]:
    """Return the metadata of a field that is no member of its name; ``find`` says what it is."""
    return {_FOUND: find}


@dataclass(frozen=True, slots=True)
class Value:
    """Something that the JSON says. The field `user_id` is the member `userID`."""

    @classmethod
    def from_json(cls, document: Json, **told: Any) -> Self:
        """Return what the JSON says; ``told`` are the fields that it does not say.

        Members that no field is for are ignored, so that the client of one version reads the answers
        of the next. Raises ``KeyError`` for a member that is missing.
        """
        hints = get_type_hints(cls)
        for each in fields(cls):
            if each.name not in told and (each.default is MISSING or _member(each) in document):
                told[each.name] = _read(hints[each.name], _json_of(each, hints, document))
        return cls(**told)


def _member(of: Field[Any]) -> str:
    first, *words = of.name.split("_")
    return first + "".join({"id": "ID", "ids": "IDs"}.get(word, word.title()) for word in words)


def _json_of(of: Field[Any], hints: Mapping[str, Any], document: Json) -> Any:
    if _FOUND in of.metadata:
        return of.metadata[_FOUND](document)
    is_optional = hints[of.name] is Any or type(None) in get_args(hints[of.name])
    return document.get(_member(of)) if is_optional else document[_member(of)]


def _read(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if type(None) in get_args(kind):
        kind = get_args(kind)[0]
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], each) for each in value)
    if kind is datetime:
        return datetime.fromisoformat(value)
    if isinstance(kind, type) and issubclass(kind, Value):
        return kind.from_json(value)
    return value


def iso_duration(duration: timedelta | str) -> str:
    """Return `PT5400S` for `1h30m`; ISO 8601 as it is. Raises ``ValueError`` for other texts."""
    if isinstance(duration, timedelta):
        seconds = duration.total_seconds()
    elif re.fullmatch(f"(?:{_PART})+", duration):
        seconds = sum(
            float(number) * _SECONDS[unit] for number, unit in re.findall(_PART, duration)
        )
    elif duration.startswith("P"):
        return duration
    else:
        raise ValueError(f"{duration!r} is no duration such as 90s, 1h30m or PT1H30M")
    return f"PT{seconds:.6f}".rstrip("0").rstrip(".") + "S"


def iso_instant(instant: datetime) -> str:
    """Return the text of an instant. Raises ``ValueError`` for one without a time zone."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no time zone; say for example tzinfo=datetime.UTC")
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
