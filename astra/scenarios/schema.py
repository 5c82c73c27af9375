"""The JSON Schema of scenarios: compiled from the sections, published, and checked against.

`scenario.schema.json` beside this file is what ``compile_schema`` returns, kept for editors and
readers; a test compares the two. `python manage.py seed --schema` prints it.
"""

import functools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astra.api import patterns, quantities
from astra.api.fields import all_differ
from astra.scenarios.documents import Document
from astra.scenarios.errors import Finding, ScenarioError
from astra.scenarios.sections import ROOT, Generator, Schema, Section, all_sections, sections_of

if TYPE_CHECKING:
    from jsonschema import ValidationError

PUBLISHED = Path(__file__).with_name("scenario.schema.json")
# More than a person would read at once.
MAX_FINDINGS = 20
# Beside a keyword: what to say when it is not met, where the validator would be hard to read.
REASON = "x-reason"
# In a section: how the API has what it is about, for who makes a scenario of answers.
API = "x-api"

PARAMETER = {"type": "string", "pattern": r"^\$[A-Za-z][A-Za-z0-9]*$"}
DNS_LABEL = {
    "type": "string",
    "pattern": patterns.DNS_LABEL,
    "minLength": 1,
    "maxLength": patterns.DNS_LABEL_MAX_LENGTH,
    REASON: patterns.DNS_LABEL_WORDS,
}
NO_NUL = r"^[^\u0000]*$"
TEXT = {"type": "string", "minLength": 1, "maxLength": 63, "pattern": NO_NUL}


def closed_object(properties: Schema, *required: str) -> dict[str, Any]:
    """Return the schema of an object that has these members and no others."""
    return {
        "type": "object",
        "required": list(required),
        "additionalProperties": False,
        "properties": properties,
    }


def _set_of(items: Schema) -> Schema:
    return {"type": "array", "uniqueItems": True, "items": items}


_LABEL_TEXT = {"type": "string", "pattern": NO_NUL}
_DEFINITIONS: Mapping[str, Schema] = {
    "dnsLabel": DNS_LABEL,
    "identifier": {
        "type": "string",
        "pattern": patterns.IDENTIFIER,
        REASON: "Must be an Astra identifier: a lower-case UUID of version 4 or 5, or the nil UUID.",
    },
    "duration": {
        "type": "string",
        "anyOf": [{"pattern": quantities.SHORT_DURATION}, {"pattern": quantities.ISO_DURATION}],
        REASON: "Must be a duration such as 3d2h, 90s or PT1H30M.",
    },
    "instant": {
        "type": "string",
        "pattern": patterns.TIMESTAMP,
        REASON: "Must be an instant such as 2026-01-05T12:00:00Z.",
    },
    "size": {
        "anyOf": [
            {"type": "integer", "minimum": 0, "maximum": 2**53},
            {"type": "string", "pattern": quantities.SIZE},
        ],
        REASON: "Must be a size such as 4GiB, 250 MB or a number of bytes.",
    },
    "text": TEXT,
    "labels": _set_of(closed_object({"name": _LABEL_TEXT, "value": _LABEL_TEXT}, "name", "value")),
    "stateDetails": _set_of(
        closed_object(
            {
                "type": {"type": "string"},
                "title": {"type": "string", "minLength": 1, "maxLength": 40},
                "detail": {"type": "string", "minLength": 1, "maxLength": 511},
                "additionalDetails": {"type": "object"},
            },
            *("type", "title", "detail"),
        )
    ),
    "reasons": _set_of({"type": "string", "minLength": 1, "maxLength": 127}),
}


def ref(name: str) -> dict[str, str]:
    """Return the reference to a definition that all sections share."""
    return {"$ref": f"#/$defs/{name}"}


_COMMON: Mapping[str, Schema] = {
    "id": {
        "description": "Follows from the scenario and the place if left out.",
        **ref("identifier"),
    },
    "labels": ref("labels"),
    "createdBy": {
        "description": "E-mail of a user of the account, or the id of one who may be gone.",
        "type": "string",
    },
    "age": {"description": "How long ago it was made, by the account's clock.", **ref("duration")},
    "createdAt": {"description": "When it was made.", **ref("instant")},
    "modifiedAt": {
        "description": "When it last changed; follows from its state and age if left out.",
        **ref("instant"),
    },
}


def compile_schema() -> dict[str, Any]:
    """Return the JSON Schema of a whole scenario document."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A scenario of the Astra Simulator",
        "type": "object",
        "required": ["scenario", "accounts"],
        "additionalProperties": False,
        "properties": {
            "scenario": {"description": "Its name; ids follow from it.", **ref("dnsLabel")},
            "title": {"type": "string"},
            "description": {"type": "string"},
            "seed": {
                "description": "Decides jitter and whatever else is left to chance.",
                "type": "integer",
                "minimum": 0,
                "maximum": 2**31 - 1,
            },
            "parameters": {
                "description": "Numbers that $name stands for elsewhere in the document.",
                "type": "object",
                "propertyNames": {"pattern": "^[A-Za-z][A-Za-z0-9]*$"},
                "additionalProperties": {"type": "number"},
            },
            **{section.name: {"minItems": 1, **_list_of(section)} for section in sections_of(ROOT)},
        },
        "$defs": {
            **_DEFINITIONS,
            **{section.name: _item_schema(section) for section in all_sections()},
        },
    }


def _list_of(section: Section) -> dict[str, Any]:
    return {"type": "array", "items": ref(section.name)}


def _item_schema(section: Section) -> dict[str, Any]:
    common = {} if isinstance(section, Generator) else _COMMON
    properties = {
        **section.properties,
        **common,
        **{child.name: _list_of(child) for child in sections_of(section.name)},
    }
    required = [name for name in section.required if name != section.key]
    schema = closed_object(properties, section.key, *required)
    if published := section.published():
        schema[API] = published
    if common:
        schema["not"] = {"required": ["age", "createdAt"]}
        schema[REASON] = "Only one of age and createdAt can be said."
    return schema


@functools.cache
def _validator() -> Any:
    """Return the class that checks a document, loaded late.

    Its library is a twelfth of what a process of the service would import, and few load a scenario.
    """
    from jsonschema import Draft202012Validator, ValidationError
    from jsonschema.validators import extend

    def unique_items(
        validator: Any, is_wanted: Any, instance: Any, schema: Schema
    ) -> "Iterator[ValidationError]":
        """Check `uniqueItems` in time linear in the size of the array; the library compares pairs."""
        if is_wanted and isinstance(instance, list) and not all_differ(instance):
            yield ValidationError(f"{instance!r} has non-unique elements")

    return extend(Draft202012Validator, {"uniqueItems": unique_items})


def check_schema(document: Document) -> None:
    """Raise ``ScenarioError`` with what the schema finds wrong, in the order of lines."""
    validator = _validator()(compile_schema())
    findings = [
        finding
        for error in validator.iter_errors(document.data)
        for finding in _findings(document, error)
    ]
    if findings:
        findings.sort(key=lambda finding: finding.line or 0)
        raise ScenarioError(findings[:MAX_FINDINGS])


def _findings(document: Document, error: "ValidationError") -> Iterator[Finding]:
    path = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        for name in error.instance:
            if name not in known:
                yield document.finding((*path, name), f"Unknown member{_hint(name, known)}.")
    elif error.validator == "required":
        name = error.message.split("'")[1]
        yield document.finding(path, f"The member {name} is missing.")
    elif error.validator == "enum":
        choices = ", ".join(str(value) for value in error.validator_value)
        yield document.finding(path, f"Must be one of {choices}.")
    elif error.validator == "type":
        yield document.finding(path, f"Must be of type {error.validator_value}.")
    else:
        own = error.schema.get(REASON) if error.validator in ("pattern", "anyOf", "not") else None
        yield document.finding(path, own or _shortened(error.message))


def _hint(name: str, known: Iterable[str]) -> str:
    for other in known:
        if other.lower() == name.lower().replace("_", "").replace("-", ""):
            return f"; {other} is meant, perhaps"
    return ""


def _shortened(message: str) -> str:
    text = message if len(message) <= 200 else f"{message[:197]}…"
    return f"{text[0].upper()}{text[1:]}."
