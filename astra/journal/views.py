"""journal: `/simulator/v1/accounts/{account_id}/journal`."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from astra.accounts.control import account_of
from astra.accounts.models import Account
from astra.api import problems
from astra.api.control import ControlView, read_body
from astra.api.media import json_response
from astra.api.problems import ApiProblem
from astra.journal.criteria import ScriptSearch, VerifyBody, parse_search
from astra.journal.script import MEDIA_TYPE, script
from astra.journal.searching import (
    entries_found,
    entry_of,
    journal_clear,
    represent,
    represent_found,
    search,
)
from astra.journal.verifying import represent_verdict, verify


class Journal(ControlView):
    """The calls of an account."""

    def get(self, request: HttpRequest, account_id: str) -> HttpResponse:
        """List those that a search finds."""
        account = account_of(account_id)
        wanted = parse_search(request.META.get("QUERY_STRING", ""))
        return json_response(represent_found(search(account.id, wanted)), tag=False)

    def delete(self, request: HttpRequest, account_id: str) -> HttpResponse:
        """Empty it: 204."""
        journal_clear(account_of(account_id).id)
        return HttpResponse(status=204)


class JournalEntryInstance(ControlView):
    """One call."""

    def get(self, request: HttpRequest, account_id: str, sequence: str) -> HttpResponse:
        """Return it."""
        entry = entry_of(account_of(account_id).id, sequence)
        if entry is None:
            raise ApiProblem(problems.COLLECTION_NOT_FOUND)
        return json_response(represent(entry), tag=False)


class JournalVerification(ControlView):
    """Whether calls were made as they should have been."""

    def post(self, request: HttpRequest, account_id: str) -> HttpResponse:
        """Say whether, and if not, what came nearest."""
        account = account_of(account_id)
        asked = VerifyBody.parse(read_body(request))
        return json_response(represent_verdict(verify(account.id, asked)), tag=False)


class JournalScript(ControlView):
    """The calls as a shell script."""

    def get(self, request: HttpRequest, account_id: str) -> HttpResponseBase:
        """Return those that a search finds, as `curl` commands."""
        account = account_of(account_id)
        wanted = parse_search(request.META.get("QUERY_STRING", ""), ScriptSearch)
        return script_response(account, wanted)


def script_response(account: Account, wanted: Mapping[str, Any]) -> HttpResponseBase:
    """Return the calls of an account that a search finds, as a script to be saved."""
    pieces = script(account, entries_found(account.id, wanted))
    response = StreamingHttpResponse(pieces, content_type=MEDIA_TYPE)
    response["Content-Disposition"] = f'attachment; filename="journal-{account.id}.sh"'
    return response
