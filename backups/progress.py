"""Progress of backups in SQL: what ``AppBackup.has_progress``, ``bytes_done``, ``percent_done`` say
of one row, for `filter` and `orderBy` over many. A test holds the two against each other.
"""

from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Case, F, Func, Q, Value, When
from django.db.models.functions import Greatest, Least

from backups.lifecycle import APP_BACKUP, COMPLETED, RUNNING

HAS_PROGRESS = Q(running_at__isnull=False) & (
    Q(state__in=(RUNNING, COMPLETED))
    | Q(state__in=APP_BACKUP.failures) & (Q(ends_at=None) | Q(running_at__lte=F("ends_at")))
)


class _Microseconds(Func):
    """Whole microseconds from the second instant to the first."""

    template = "(extract(epoch FROM %(expressions)s) * 1000000)::numeric"
    arg_joiner = " - "
    output_field = BigIntegerField()


class _Share(Func):
    """`div(a * b, c)` in numeric arithmetic, as a bigint."""

    output_field = BigIntegerField()

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **extra: Any
    ) -> tuple[str, tuple[Any, ...]]:
        parts = [compiler.compile(source) for source in self.get_source_expressions()]
        (first, p1), (second, p2), (divisor, p3) = parts
        sql = f"div(({first})::numeric * ({second})::numeric, ({divisor})::numeric)::bigint"
        return sql, (*p1, *p2, *p3)


def bytes_done(now: datetime) -> Any:
    """Return the expression of `bytesDone` at the account's instant, NULL where it is not shown."""
    # NULL is passed over.
    reached = Least(Value(now), F("ends_at"))
    most = Greatest(F("total_bytes") - 1, Value(0))
    span = _Microseconds(F("full_at"), F("running_at"))
    elapsed = Greatest(_Microseconds(reached, F("running_at")), Value(0))
    return Case(
        When(state=COMPLETED, then=F("total_bytes")),
        When(HAS_PROGRESS & Q(full_at=None), then=Value(0)),
        When(HAS_PROGRESS & Q(full_at__lte=F("running_at")), then=most),
        When(HAS_PROGRESS, then=Least(_Share(F("total_bytes"), elapsed, span), most)),
        output_field=BigIntegerField(),
    )


def percent_done(now: datetime) -> Any:
    """Return the expression of `percentDone` at the account's instant, NULL where it is not shown."""
    return Case(
        When(state=COMPLETED, then=Value(100)),
        When(HAS_PROGRESS & Q(total_bytes=0), then=Value(0)),
        When(HAS_PROGRESS, then=_Share(bytes_done(now), Value(100), F("total_bytes"))),
        output_field=BigIntegerField(),
    )
