"""Conditional PUT: `If-Match`, `If-Modified-Since`, `If-Unmodified-Since`.

Source: section 2 of `appbackup.md`: preconditions hold for PUT only. A header that does not parse is
ignored, as RFC 7232 has it, unless the published document has a problem for it.
"""

from datetime import UTC, datetime

from django.http import HttpRequest
from django.utils.http import parse_etags, parse_http_date_safe

from astra.api.problems import INVALID_HEADERS, PRECONDITION_FAILED, ApiProblem, Invalid

_DATES = ("If-Modified-Since", "If-Unmodified-Since")


def check_preconditions(request: HttpRequest, *, etag: str, modified_at: datetime) -> None:
    """Raise problem 38 (412) unless every condition of the request holds for the resource."""
    if_match = request.META.get("HTTP_IF_MATCH")
    if if_match and "*" not in (tags := parse_etags(if_match)) and etag not in tags:
        raise ApiProblem(PRECONDITION_FAILED)
    # HTTP dates have whole seconds.
    modified = modified_at.replace(microsecond=0)
    since = _instant(request, "HTTP_IF_MODIFIED_SINCE")
    if since and modified <= since:
        raise ApiProblem(PRECONDITION_FAILED)
    # RFC 7232: If-Unmodified-Since is ignored beside If-Match.
    until = None if if_match else _instant(request, "HTTP_IF_UNMODIFIED_SINCE")
    if until and modified > until:
        raise ApiProblem(PRECONDITION_FAILED)


def refuse_malformed(request: HttpRequest) -> None:
    """Raise problem 12 naming each condition that does not parse."""
    sent = request.headers
    refused = [
        Invalid(name, "Must be a date of HTTP.")
        for name in _DATES
        if name in sent and parse_http_date_safe(sent[name]) is None
    ]
    if "If-Match" in sent and not parse_etags(sent["If-Match"]):
        refused.insert(0, Invalid("If-Match", "Must be entity tags."))
    if refused:
        raise ApiProblem(INVALID_HEADERS, params=refused)


def _instant(request: HttpRequest, header: str) -> datetime | None:
    seconds = parse_http_date_safe(request.META.get(header, ""))
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
