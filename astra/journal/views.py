"""journal: `/simulator/v1/accounts/{account_id}/journal`."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path

from astra.accounts.control import AccountControlView
from astra.accounts.models import Account
from astra.journal import har
from astra.journal.criteria import ScriptSearch, VerifyBody, parse_search
from astra.journal.models import JournalEntry
from astra.journal.script import MEDIA_TYPE, script
from astra.journal.searching import (
    UnknownCallError,
    entries_found,
    entry_of,
    journal_clear,
    represent,
    search,
)
from astra.journal.verifying import verify


class Journal(AccountControlView):
    """The calls of an account."""

    def get(self, request: HttpRequest, **kwargs: str) -> dict[str, Any]:
        """List those that a search finds."""
        account = self.account
        return search(account.id, parse_search(request.META.get("QUERY_STRING", "")))

    def delete(self, request: HttpRequest, **kwargs: str) -> None:
        """Empty it: 204."""
        journal_clear(self.account.id)


class JournalEntryInstance(AccountControlView):
    """One call."""

    def get(self, request: HttpRequest, sequence: str, **kwargs: str) -> dict[str, Any]:
        """Return it."""
        entry = entry_of(self.account.id, sequence)
        if entry is None:
            raise UnknownCallError(self.account.id, sequence)
        return represent(entry)


class JournalVerification(AccountControlView):
    """Whether calls were made as they should have been."""

    def post(self, request: HttpRequest, **kwargs: str) -> dict[str, Any]:
        """Say whether, and if not, what came nearest."""
        account = self.account
        return verify(account.id, self.parse(VerifyBody, may_be_absent=True, max_depth=None))


class JournalArchive(AccountControlView):
    """The calls as HAR."""

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponseBase:
        """Return those that a search finds, as an archive."""
        account = self.account
        wanted = parse_search(request.META.get("QUERY_STRING", ""), ScriptSearch)
        return archive_response(request, account, entries_found(account.id, wanted))


class JournalEntryArchive(AccountControlView):
    """One call as HAR."""

    def get(self, request: HttpRequest, sequence: str, **kwargs: str) -> HttpResponseBase:
        """Return an archive of it alone."""
        account = self.account
        entry = entry_of(account.id, sequence)
        if entry is None:
            raise UnknownCallError(account.id, sequence)
        return archive_response(request, account, [entry])


class JournalScript(AccountControlView):
    """The calls as a shell script."""

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponseBase:
        """Return those that a search finds, as `curl` commands."""
        account = self.account
        wanted = parse_search(request.META.get("QUERY_STRING", ""), ScriptSearch)
        return script_response(account, wanted)


urlpatterns = [
    path("journal", Journal.as_view(), name="journal"),
    path("journal/verify", JournalVerification.as_view(), name="journal-verify"),
    path("journal/script", JournalScript.as_view(), name="journal-script"),
    path("journal/har", JournalArchive.as_view(), name="journal-har"),
    path("journal/<str:sequence>/har", JournalEntryArchive.as_view(), name="journal-entry-har"),
    path("journal/<str:sequence>", JournalEntryInstance.as_view(), name="journal-entry"),
]


def script_response(account: Account, wanted: Mapping[str, Any]) -> HttpResponseBase:
    """Return the calls of an account that a search finds, as a script to be saved."""
    pieces = script(account, entries_found(account.id, wanted))
    response = StreamingHttpResponse(pieces, content_type=MEDIA_TYPE)
    response["Content-Disposition"] = f'attachment; filename="journal-{account.id}.sh"'
    return response


def archive_response(
    request: HttpRequest, account: Account, entries: Iterable[JournalEntry]
) -> HttpResponseBase:
    """Return calls of an account as an archive to be saved, as if they had gone where this one went."""
    base_url = f"{request.scheme}://{request.META.get('HTTP_HOST', '')}"
    pieces = har.har(entries, base_url=base_url)
    response = StreamingHttpResponse(pieces, content_type=har.MEDIA_TYPE)
    response["Content-Disposition"] = f'attachment; filename="journal-{account.id}.har"'
    return response
