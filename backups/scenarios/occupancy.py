"""Seeded backups that are completed occupy their buckets, like those that settling completes."""

import uuid
from collections.abc import Mapping, Sequence

from django.db import connection

from backups.lifecycle import COMPLETED


def occupy_with(ids: Sequence[uuid.UUID]) -> None:
    """Add the bytes of those of the backups that are completed to their buckets."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bucket_id, sum(total_bytes)::bigint FROM backups_appbackup"
            " WHERE id = ANY(%(ids)s) AND state = %(state)s GROUP BY bucket_id",
            {"ids": list(ids), "state": COMPLETED},
        )
        occupy(dict(cursor.fetchall()))


def occupy(added: Mapping[uuid.UUID, int]) -> None:
    """Add bytes to buckets."""
    with connection.cursor() as cursor:
        for bucket_id in sorted(added):
            cursor.execute(
                "UPDATE backups_bucket SET stored_bytes = stored_bytes + %(bytes)s::bigint"
                " WHERE id = %(id)s",
                {"id": bucket_id, "bytes": added[bucket_id]},
            )
