"""`python manage.py journal ACCOUNT`: list calls, print them as a script or HAR, clear them."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from astra.accounts.commands import ControlCommand, account_of
from astra.journal.criteria import NEWEST_FIRST, OLDEST_FIRST, ScriptSearch, Search, checked_search
from astra.journal.har import har
from astra.journal.script import script
from astra.journal.searching import entries_found, journal_clear, search

_HELP = {
    "method": "for example POST",
    "path": "a pattern, whole or behind the account",
    "operation": "kind and verb, joined by a dot",
    "status": "for example 409; 0 for connections that were dropped",
    "problem": "the number of a problem",
    "fault": "the id of a fault rule that acted",
    "since": "an instant of the account's clock",
    "until": "an instant of the account's clock",
    "body": "a text in the body of request or answer",
    "limit": "how many calls at most",
    "after": "only calls behind this number, in the order of the list",
    "order": f"{OLDEST_FIRST} (oldest first) or {NEWEST_FIRST}",
}


class Command(ControlCommand):
    """What the control surface does with a journal, from the command line."""

    help = "List the calls of an account, a line of JSON each; or print a script or HAR; or clear them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the account and what its calls are looked for by."""
        parser.add_argument("account", type=account_of, help="the account's id")
        for name, text in _HELP.items():
            parser.add_argument(f"--{name}", help=text)
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--script", action="store_true", help="print them as curl commands")
        what.add_argument("--har", action="store_true", help="print them as HAR")
        what.add_argument("--clear", action="store_true", help="empty the journal")

    def perform(self, **options: Any) -> Iterable[Any] | None:
        """Do it; return what is to be printed as JSON."""
        account = options["account"]
        given = {name: options[name] for name in _HELP if options[name] is not None}
        if options["clear"]:
            if given:
                raise CommandError("--clear empties all of the journal")
            return [{"deleted": journal_clear(account.id)}]
        is_file = options["script"] or options["har"]
        wanted = checked_search(given, ScriptSearch if is_file else Search)
        if not is_file:
            found: Iterable[Any] = search(account.id, wanted)["items"]
            return found
        entries = entries_found(account.id, wanted)
        base_url = f"http://{settings.ASTRA.host}:{settings.ASTRA.http_port}"
        archive = (piece.decode() for piece in har(entries, base_url=base_url))
        for piece in archive if options["har"] else script(account, entries):
            self.stdout.write(piece, ending="")
        return None
