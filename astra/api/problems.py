"""The problems the API answers with: the published catalogue as data, and the exception that carries one.

Source: `problems.csv` beside this file holds number, status, title and detail of every problem of
the published catalogue, word for word. What is specific to a refusal of the simulated API goes into
`invalidFields`, `invalidParams` or another member, never into the detail.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

TYPE_PREFIX = "https://astra.netapp.io/problems/"
MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = "1"
# How many of what there is are named where something is missing.
MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One row of the catalogue; ``number`` 0 stands for ``about:blank`` (statuses without a row)."""

    number: int
    status: int
    title: str
    detail: str

    @property
    def uri(self) -> str:
        """The `type` member."""
        return f"{TYPE_PREFIX}{self.number}" if self.number else "about:blank"


@dataclass(frozen=True, slots=True)
class Invalid:
    """One element of `invalidFields` or `invalidParams`: a path or parameter, and why it is refused."""

    name: str
    reason: str

    def as_json(self) -> dict[str, str]:
        return {"name": self.name, "reason": self.reason}


def _load() -> dict[int, ProblemType]:
    with (Path(__file__).with_name("problems.csv")).open(newline="") as file:
        return {
            int(row["number"]): ProblemType(
                int(row["number"]), int(row["status"]), row["title"], row["detail"]
            )
            for row in csv.DictReader(file)
        }


CATALOGUE = _load()

RESOURCE_NOT_FOUND = CATALOGUE[1]
COLLECTION_NOT_FOUND = CATALOGUE[2]
MISSING_TOKEN = CATALOGUE[3]
INVALID_TOKEN = CATALOGUE[4]
INVALID_QUERY = CATALOGUE[5]
UNSUPPORTED_QUERY = CATALOGUE[6]
INVALID_JSON = CATALOGUE[7]
INVALID_SCHEMA = CATALOGUE[8]
INVALID_FIELDS = CATALOGUE[9]
CONFLICT = CATALOGUE[10]
NOT_PERMITTED = CATALOGUE[11]
INVALID_HEADERS = CATALOGUE[12]
SERVICE_UNAVAILABLE = CATALOGUE[24]
NOT_ACCEPTABLE = CATALOGUE[32]
INTERNAL_ERROR = CATALOGUE[34]
PRECONDITION_FAILED = CATALOGUE[38]
METHOD_NOT_ALLOWED = CATALOGUE[69]
BODY_TOO_LARGE = CATALOGUE[85]
RESOURCES_NOT_LISTED = CATALOGUE[101]
RESOURCE_NOT_UPDATED = CATALOGUE[102]
RESOURCE_NOT_RETRIEVED = CATALOGUE[103]
RESOURCE_NOT_DELETED = CATALOGUE[104]
RESOURCE_NOT_CREATED = CATALOGUE[105]
UNEXPECTED_STATE = CATALOGUE[164]
REQUEST_TIMEOUT = ProblemType(
    0, 408, "Request Timeout", "The body of the request did not arrive in time."
)
URI_TOO_LONG = ProblemType(0, 414, "URI Too Long", "The request URI is too long.")
TOO_MANY_REQUESTS = ProblemType(0, 429, "Too Many Requests", "Too many requests were received.")


@dataclass(eq=False)
class ApiProblem(Exception):
    """A refusal: raised anywhere below a view, written by the one handler.

    ``extra`` holds further members of the document, ``headers`` further response headers.
    """

    type: ProblemType
    fields: Sequence[Invalid] = ()
    params: Sequence[Invalid] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        reasons = "; ".join(f"{item.name}: {item.reason}" for item in (*self.fields, *self.params))
        return f"{self.type.number} {self.type.title}" + (f" ({reasons})" if reasons else "")

    def as_json(self, correlation_id: str) -> dict[str, Any]:
        document: dict[str, Any] = {
            "type": self.type.uri,
            "title": self.type.title,
            "detail": self.type.detail,
            "status": str(self.type.status),
            "correlationID": correlation_id,
        }
        if self.fields:
            document["invalidFields"] = [item.as_json() for item in self.fields]
        if self.params:
            document["invalidParams"] = [item.as_json() for item in self.params]
        return document | dict(self.extra)


def refusal(problem: ProblemType, member: str, reason: str) -> ApiProblem:
    """Return the refusal of a body for one of its members."""
    return ApiProblem(problem, fields=[Invalid(member, reason)])


class Refusal(ApiProblem):
    """A refusal with a text of its own, by the control surface or the admin site.

    ``problem`` is what it is answered with, ``member`` the member of a body that the text is about; of
    none, the text is the detail of the document.
    """

    problem: ClassVar[ProblemType] = COLLECTION_NOT_FOUND
    member: ClassVar[str] = ""
    # The cause passes by itself: it is worth trying again.
    passes: ClassVar[bool] = False

    def __init__(self, text: str) -> None:
        fields = [Invalid(self.member, text)] if self.member else []
        headers = {"Retry-After": RETRY_AFTER_SECONDS} if self.passes else {}
        super().__init__(self.problem, fields=fields, headers=headers)
        self.text = text

    def __str__(self) -> str:
        return self.text

    def as_json(self, correlation_id: str) -> dict[str, Any]:
        """Return the problem document."""
        document = super().as_json(correlation_id)
        return document if self.member else document | {"detail": self.text}


def there_are(names: Sequence[str]) -> str:
    """Say what there is in the place of something that is missing, in a part of a sentence.

    Of more than ``MOST_NAMED``, the first ones; so many and one more will do.
    """
    if not names:
        return "there is none"
    more = ", …" if len(names) > MOST_NAMED else ""
    return f"there are: {', '.join(names[:MOST_NAMED])}{more}"
