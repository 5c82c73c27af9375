"""What calls are looked for by: the same members in a search, in `verify`, and on the command line."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from astra.api import fields
from astra.api.problems import INVALID_QUERY, ApiProblem, Invalid
from astra.api.query import parse_parameters
from astra.api.serializers import ClosedSerializer, extended_error
from astra.faults.serializers import TEXT, OperationField, PatternField

MOST_LISTED = 1000
MOST_IN_ORDER = 100
MOST_COUNTED = 1_000_000_000
OLDEST_FIRST, NEWEST_FIRST = "asc", "desc"
# Members whose value is a number, which a query and a command line write as text.
_NUMBERS = ("status", "problem", "limit", "after")


class Criteria(ClosedSerializer):
    """What must hold of a call; nothing, if it says nothing."""

    method = fields.StrictCharField(pattern="^[A-Z]+$", min_length=1, max_length=31, required=False)
    path = PatternField(required=False)
    operation = OperationField(required=False)
    status = fields.IntegerField(most=999, required=False)
    problem = fields.IntegerField(least=1, most=9999, required=False)
    fault = fields.IdentifierField(required=False)
    since = fields.InstantField(required=False)
    until = fields.InstantField(required=False)


class JsonField(serializers.Field[Any, Any, Any, Any]):
    """Any JSON value, as it came."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        return data


class MatchBody(Criteria):
    """A call as `verify` is asked about; of its JSON body, a part is enough."""

    body = JsonField(required=False)


class MatchesField(serializers.ListField):
    """Calls in an order."""

    child = MatchBody()
    default_error_messages = {"not_a_list": "Must be an array."}


class VerifyBody(ClosedSerializer):
    """What `verify` is asked: how many calls there were, or whether some came in an order."""

    match = MatchBody(required=False)
    atLeast = fields.IntegerField(most=MOST_COUNTED, required=False)
    atMost = fields.IntegerField(most=MOST_COUNTED, required=False)
    exactly = fields.IntegerField(most=MOST_COUNTED, required=False)
    inOrder = MatchesField(min_length=1, max_length=MOST_IN_ORDER, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse an order beside anything else, and bounds that contradict each other (problem 9)."""
        if "inOrder" in attrs and len(attrs) > 1:
            raise extended_error("inOrder", "Must stand alone.")
        if "exactly" in attrs and {"atLeast", "atMost"} & set(attrs):
            raise extended_error("exactly", "Must not stand beside atLeast or atMost.")
        if attrs.get("atLeast", 0) > attrs.get("atMost", MOST_COUNTED):
            raise extended_error("atMost", "Must not be less than atLeast.")
        return attrs


class ScriptSearch(Criteria):
    """What the calls of a script are chosen by: beside the criteria a text in a body."""

    body = fields.StrictCharField(pattern=TEXT, min_length=1, max_length=1000, required=False)


class Search(ScriptSearch):
    """What a search takes: also which part of what is found."""

    limit = fields.IntegerField(least=1, most=MOST_LISTED, required=False)
    after = fields.IntegerField(most=2**63 - 1, required=False)
    order = fields.EnumField((OLDEST_FIRST, NEWEST_FIRST), required=False)


def parse_search(query: str, search: type[Criteria] = Search) -> dict[str, Any]:
    """Return the members that a query string asks for. Raises problem 6 or 5 naming the parameters."""
    given = parse_parameters(query, search.members())
    repeated = [Invalid(name, "Must not be repeated.") for name in given if len(given[name]) > 1]
    if repeated:
        raise ApiProblem(INVALID_QUERY, params=repeated)
    return checked_search({name: values[0] for name, values in given.items()}, search)


def checked_search(given: Mapping[str, str], search: type[Criteria] = Search) -> dict[str, Any]:
    """Return the members of a search that is given as texts. Raises problem 5 naming the bad ones."""
    members = {
        name: whole_number(value, value) if name in _NUMBERS else value
        for name, value in given.items()
    }
    try:
        return search.parse(members)
    except ApiProblem as refused:
        raise ApiProblem(INVALID_QUERY, params=refused.fields) from refused


def whole_number(text: str, otherwise: Any = None) -> Any:
    """Return the number that a text writes, small enough for a column; ``otherwise`` for another."""
    is_number = text.isascii() and text.isdecimal() and len(text) < 19
    return int(text) if is_number else otherwise
