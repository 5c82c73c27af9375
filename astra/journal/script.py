"""A journal as a shell script: its calls as `curl` commands, to be made again somewhere else."""

from collections.abc import Iterable, Iterator
from shlex import quote as quote_word
from string import punctuation
from urllib.parse import quote

from astra.accounts.models import Account
from astra.api.clock import timestamp
from astra.api.problems import INVALID_TOKEN, MISSING_TOKEN
from astra.journal.hiding import HIDDEN
from astra.journal.models import JournalEntry

MEDIA_TYPE = "text/x-shellscript; charset=utf-8"
# What a path may hold unescaped, by RFC 3986.
_SAFE_IN_PATH = "/:@!$&'()*+,;=-._~"

_HEADER = """\
#!/bin/sh
# The calls of the account {account}, from its journal.
#
#   BASE=http://127.0.0.1:8000 TOKEN=... sh this-file
#
# BASE is the address of the service, TOKEN the bearer token that all calls are made with. Answers go
# to the file OUT, if it is set, and are thrown away otherwise; printed is the status of each call, and
# what it was before.
#
# Ids are written as they were: those of things that an earlier call of this script creates will be
# others this time, unless the account is put back to where it was and its clock stands still.
# Secrets were not kept: {hidden} stands in their place.
: "${{BASE:?the address of the service}}" "${{TOKEN:?a bearer token}}"

call() {{
    printf '%s\\n  is  ' "$1"
    shift
    curl --silent --show-error --globoff --path-as-is --write-out '%{{http_code}}\\n' \\
        --output "${{OUT:-/dev/null}}" "$@"
}}
"""


def script(account: Account, entries: Iterable[JournalEntry]) -> Iterator[str]:
    """Yield the pieces of a POSIX shell script that makes the calls again, in their order."""
    yield _HEADER.format(account=account.id, hidden=HIDDEN)
    for entry in entries:
        target = target_of(entry)
        begin = f"\n# {entry.sequence}, {timestamp(entry.at)}"
        if entry.request_body_cut:
            title = _one_line(f"{entry.method} {target}")
            yield f"{begin}: left out, as its body is not kept as a whole.\n# {title}\n"
        else:
            yield f"{begin}\ncall {' '.join(_words(entry, target))}\n"


def command(entry: JournalEntry) -> str:
    """Return the `curl` command that makes one call again, with `BASE` and `TOKEN` as in a script."""
    return " ".join(("curl", *list(_words(entry, target_of(entry)))[1:]))


def target_of(entry: JournalEntry) -> str:
    """Return path and query of a call, as a request line has them."""
    # A query is kept escaped, as it came; what no request line may have is escaped anyhow.
    query = f"?{quote(entry.query, safe=punctuation)}" if entry.query else ""
    return quote(entry.path, safe=_SAFE_IN_PATH) + query


def _words(entry: JournalEntry, target: str) -> Iterator[str]:
    yield quote_word(f"{entry.method} {target} was {entry.status or 'dropped'}")
    yield from ["--head"] if entry.method == "HEAD" else ["-X", quote_word(entry.method)]
    # A call that had no token, or a bad one, has none or a bad one again.
    if entry.problem == INVALID_TOKEN.number:
        yield from ["-H", quote_word("Authorization: Bearer unknown")]
    elif entry.problem != MISSING_TOKEN.number:
        yield from ["-H", '"Authorization: Bearer $TOKEN"']
    for name, value in entry.request_headers.items():
        yield from ["-H", quote_word(f"{name}: {_one_line(value)}")]
    if entry.request_body and entry.method != "HEAD":
        if "Content-Type" not in entry.request_headers:
            # curl would say one of its own.
            yield from ["-H", "Content-Type:"]
        yield from ["--data-raw", quote_word(entry.request_body)]
    yield '"$BASE"' + quote_word(target)


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())
