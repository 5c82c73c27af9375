"""What the overview is asked to show: one account or all, which span of time, and to whom.

And how the buckets of a span, the bars of its chart, are named.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest

from astra.accounts import switching
from astra.accounts.models import Account
from astra.adminsite import cells

MINUTE, HOUR, DAY = 60, 3_600, 86_400


@dataclass(frozen=True, slots=True)
class Span:
    """A span before the account's instant: so many buckets of ``width`` seconds.

    Without a width it goes back to the first step, in at most so many buckets.
    """

    title: str
    buckets: int
    width: int | None = None

    @property
    def seconds(self) -> int | None:
        """How far it goes back, None: to the first step."""
        return self.width and self.width * self.buckets


ALL = "all"
SPANS = {
    "hour": Span("Hour", 30, 2 * MINUTE),
    "day": Span("Day", 24, HOUR),
    "week": Span("Week", 28, 6 * HOUR),
    ALL: Span("All", 36),
}

# What a bucket of a span without a width may be wide, in seconds.
WIDTHS = (
    *(1, 5, 15, MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR),
    *(DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY, 365 * DAY),
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What to show; ``accounts``: the newest ones, to choose from; ``account``: None for all.

    ``is_missing``: an account was asked for that does not exist. ``span``: a name in ``SPANS``, or
    "" for the one that suits.
    """

    user: AbstractBaseUser | AnonymousUser
    accounts: list[Account]
    account: Account | None
    is_missing: bool
    span: str

    @classmethod
    def of(cls, request: HttpRequest) -> "Scope":
        """Read `account` and `range` from the query; only those who may view accounts choose one.

        Without an `account` it is the one that was chosen last, on any list too.
        """
        user = request.user
        if not user.has_perm("accounts.view_account"):
            return cls(user, [], None, is_missing=False, span=_span(request))
        accounts = switching.offered()
        wanted = request.GET.get(switching.PARAMETER, "")
        kept = "" if switching.PARAMETER in request.GET else switching.chosen(request)
        account = switching.found(wanted or kept, accounts)
        if not wanted and len(accounts) == 1:
            account = accounts[0]
        return cls(user, accounts, account, bool(wanted) and account is None, _span(request))

    @property
    def choices(self) -> list[Account]:
        """The accounts to choose from, the chosen one among them."""
        if self.account is None or self.account in self.accounts:
            return self.accounts
        return [self.account, *self.accounts]

    @property
    def query(self) -> str:
        """The query of the overview's path that shows the same."""
        return self.query_for(self.span)

    def query_for(self, span: str) -> str:
        """Return the query that shows the same accounts over another span."""
        named = {switching.PARAMETER: str(self.account.pk) if self.account else ""}
        return urlencode(named | ({"range": span} if span else {}))

    def narrowed(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return those rows that belong to the chosen account."""
        return rows.filter(account=self.account) if self.account else rows

    def list_path(self, label: str, **lookups: Any) -> str:
        """Return the path of a list, narrowed to the chosen account."""
        if self.account is not None:
            lookups["account__id__exact"] = self.account.pk
        return cells.list_path(label, **lookups)

    def can(self, permission: str) -> bool:
        """Tell whether the person has a permission."""
        return self.user.has_perm(permission)  # type: ignore[union-attr]


def _span(request: HttpRequest) -> str:
    name = request.GET.get("range", "")
    return name if name in SPANS else ""


def suitable(seconds_ago: float | None) -> str:
    """Return the shortest span that reaches back to the newest step; a day when there is none."""
    if seconds_ago is None:
        return "day"
    return next(
        name for name, span in SPANS.items() if span.seconds is None or seconds_ago < span.seconds
    )


def instant_label(at: datetime, width: int) -> str:
    """Return the start of a bucket as short as its width allows, in UTC."""
    at = at.astimezone(UTC)
    if width < MINUTE:
        return f"{at:%H:%M:%S}"
    if width <= HOUR:
        return f"{at:%H:%M}"
    return f"{at:%d %b %H:%M}" if width < DAY else f"{at:%d %b %Y}"


def distance_label(seconds: int) -> str:
    """Return how long ago a bucket begins, for accounts whose times differ."""
    for unit, size in (("d", DAY), ("h", HOUR), ("min", MINUTE), ("s", 1)):
        if seconds >= size:
            return f"−{round(seconds / size, 1):g} {unit}"
    return "now"
