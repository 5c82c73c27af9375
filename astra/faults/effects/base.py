"""What an effect is: a type with parameters that decides a fate, or acts on a request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http.response import HttpResponseBase

from astra.api import fields
from astra.api.problems import ProblemType
from astra.api.serializers import ClosedSerializer
from astra.engine.stages import Fate

ChangeAnswer = Callable[[HttpResponseBase], HttpResponseBase]


class SecondsField(fields.RangeField):
    """A number of seconds, up to ``most``."""

    default_error_messages = {"range": "Must be from 0 to {most}."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"style": {"unit": "seconds"}, **kwargs})


class FractionField(fields.RangeField):
    """A number from 0 to 1."""

    default_error_messages = {"range": "Must be from 0 to {most}."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(most=1, **kwargs)


class NoParameters(ClosedSerializer):
    """An effect without parameters."""


@dataclass(frozen=True, slots=True)
class Fates:
    """What a rule decides: the fate of the resource that is created, that of what it is made from.

    The latter where the same creation makes that too. None where the rule leaves things as they are.
    """

    own: Fate | None = None
    source: Fate | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One time that a rule acts on a request. ``unit``: a number in [0, 1) by the seeded dice."""

    failure: ProblemType
    unit: float


@dataclass(frozen=True, slots=True)
class Interference:
    """What becomes of the request.

    ``refusal`` raised or ``answer`` given instead of the operation, or ``change_answer`` afterwards;
    with none of them the request goes on, after so many ``seconds``.
    """

    seconds: float = 0.0
    refusal: Exception | None = None
    answer: HttpResponseBase | None = None
    change_answer: ChangeAnswer | None = None

    @property
    def ends(self) -> bool:
        """Tell whether later rules have no say."""
        return bool(self.refusal or self.answer or self.change_answer)


class Effect:
    """A type of effect; subclasses are ``FateEffect`` or ``RequestEffect``.

    Docs and forms follow from it: of a parameter's field `initial` is what holds without the parameter,
    `style["unit"]` what it counts.
    """

    name: ClassVar[str]
    # Docs: what it does, in a sentence.
    does: ClassVar[str]
    # Docs: each parameter and its meaning; the serializer checks them.
    explained: ClassVar[Mapping[str, str]] = {}
    parameters: ClassVar[type[ClosedSerializer]] = NoParameters
    # The admin site: parameters that somebody may begin with.
    example: ClassVar[Mapping[str, Any]] = {}

    def usual(self, name: str) -> Any:
        """Return what holds without the parameter, None where nothing does."""
        field = self.parameters.shared().fields[name]
        return None if field.initial is type(field).initial else field.initial

    def said(self, parameters: Mapping[str, Any], name: str) -> Any:
        """Return a parameter, or what holds without it."""
        return parameters.get(name, self.usual(name))


class FateEffect(Effect):
    """Decides how a resource ends when it is created; the fate is stored with the row."""

    # The operations whose new resource it decides about.
    operations: ClassVar[frozenset[str]]

    def fates(self, parameters: Mapping[str, Any]) -> Fates:
        """Return what is decided."""
        raise NotImplementedError


class RequestEffect(Effect):
    """Acts on a request, after it was authenticated and its role checked."""

    def act(self, parameters: Mapping[str, Any], hit: Hit) -> Interference:
        """Return what becomes of the request."""
        raise NotImplementedError
