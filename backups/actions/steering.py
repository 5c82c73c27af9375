"""What a tester does to resources by hand: take the next step now, or end here and so.

The admin site and the control surface come through here. Each action rewrites the fate of rows that
exist, in one transaction, and leaves history.
"""

import uuid
from collections.abc import Collection, Iterator
from itertools import groupby

from django.db import connection, transaction

from astra.accounts.models import Account
from astra.simulation.ending import end_now
from astra.simulation.registry import registration
from astra.simulation.settling import Hop, lock_account, settle_account
from backups.lifecycle import APP_BACKUP, COMPLETED, FAILED, PENDING, SNAPSHOT
from backups.models import AppBackup, Bucket, Snapshot

_HASTEN = """
    UPDATE {table} SET
        discovering_at = least(discovering_at, greatest(discovering_at - ahead.span, %(now)s)),
        running_at = least(running_at, greatest(running_at - ahead.span, %(now)s)),
        {full} ends_at = least(ends_at, greatest(ends_at - ahead.span, %(now)s)),
        next_transition_at = %(now)s
    FROM (SELECT id, next_transition_at - %(now)s AS span FROM {table}
          WHERE id = ANY(%(ids)s) AND next_transition_at > %(now)s FOR UPDATE) AS ahead
    WHERE {table}.id = ahead.id
"""
