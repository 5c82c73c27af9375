"""scenarios: `/simulator/v1/scenarios`. What there is, what it would do, and loading it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path

from astra.api import problems
from astra.api.control import ControlView
from astra.api.media import json_response, read_body
from astra.api.problems import ApiProblem, Invalid
from astra.scenarios.documents import Source, parameter_number, parse_document
from astra.scenarios.errors import BODY
from astra.scenarios.library import Described, described, is_seeded, library, read_library
from astra.scenarios.loading import check_scenario, load_scenario, preview
from astra.scenarios.schema import compile_schema

PREVIEW = "preview"


class Scenarios(ControlView):
    """The scenarios of the library."""

    def get(self, request: HttpRequest) -> dict[str, Any]:
        """List them."""
        if parameters := _parameters(request):
            params = [Invalid(name, "This path has no parameters.") for name in parameters]
            raise ApiProblem(problems.UNSUPPORTED_QUERY, params=params)
        return {"items": [_represent(item) for item in library()]}


class ScenarioSchema(ControlView):
    """The JSON Schema of scenario documents."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Return it."""
        return json_response(compile_schema())


class ScenarioInstance(ControlView):
    """One scenario: of the library, or the document in the body."""

    def get(self, request: HttpRequest, name: str) -> dict[str, Any]:
        """Describe a scenario of the library; with `?preview`, say what loading it would do."""
        asked = dict(parse_qsl(request.META.get("QUERY_STRING", ""), keep_blank_values=True))
        parameters = _parameters(request, but=PREVIEW)
        document = _represent(described(name))
        source = read_library(name)
        if PREVIEW in asked:
            document[PREVIEW] = preview(source, parameters).as_json()
        elif parameters:
            check_scenario(source, parameters)
        return document

    def post(self, request: HttpRequest, name: str) -> HttpResponse:
        """Load the scenario: 201 with the report when something was made, else 200."""
        parameters = _parameters(request)
        report = load_scenario(_source(request, name), parameters)
        return self.found(report.as_json(), status=201 if report.created else 200)


class ScenarioPreview(ControlView):
    """What loading a scenario would do."""

    def post(self, request: HttpRequest, name: str) -> dict[str, Any]:
        """Say so, for the library's scenario or the document in the body."""
        parameters = _parameters(request)
        return preview(_source(request, name), parameters).as_json()


urlpatterns = [
    path("scenario.schema.json", ScenarioSchema.as_view(), name="scenario-schema"),
    path("scenarios", Scenarios.as_view(), name="scenarios"),
    path("scenarios/<str:name>", ScenarioInstance.as_view(), name="scenario"),
    path("scenarios/<str:name>/preview", ScenarioPreview.as_view(), name="scenario-preview"),
]


def _represent(item: Described) -> dict[str, Any]:
    return {**asdict(item), "isSeeded": is_seeded(item.name)}


def _source(request: HttpRequest, name: str) -> Source:
    """Return the document in the body, which must be of that name; without one, the library's."""
    most = settings.ASTRA.max_body_bytes
    body = read_body(request, max_bytes=most)
    if len(body) > most:
        raise ApiProblem(problems.BODY_TOO_LARGE)
    if not body.strip():
        return read_library(name)
    source = Source(BODY, body)
    document = parse_document(source)
    given = document.data.get("scenario") if isinstance(document.data, Mapping) else None
    if given != name:
        raise document.error(("scenario",), f"The path says {name}.")
    return source


def _parameters(request: HttpRequest, *, but: str = "") -> dict[str, float]:
    """Return the query: numbers for the scenario's parameters. Raises problem 5 for what is none."""
    numbers: dict[str, float] = {}
    invalid = []
    for name, text in parse_qsl(request.META.get("QUERY_STRING", ""), keep_blank_values=True):
        if name == but:
            continue
        try:
            numbers[name] = parameter_number(text)
        except ValueError:
            invalid.append(Invalid(name, "Must be a number."))
    if invalid:
        raise ApiProblem(problems.INVALID_QUERY, params=invalid)
    return numbers
