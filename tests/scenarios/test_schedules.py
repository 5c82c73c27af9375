"""Seeded schedules fire, like those that were made through the API."""

from datetime import UTC, datetime

import pytest

from astra.engine.advancing import advance
from backups.models import AppBackup, Schedule
from tests.scenarios import seeded

pytestmark = pytest.mark.django_db

WORLD = """
scenario: mine
accounts:
  - name: one
    clock: {mode: manual, at: 2026-01-05T12:00:00Z}
    buckets:
      - {name: bucket}
    apps:
      - name: app
        schedules:
          - {name: hourly, age: 60d, granularity: hourly, minute: "15", snapshotRetention: "0",
             backupRetention: "5"}
          - {name: "off", granularity: hourly, enabled: false, snapshotRetention: "0",
             backupRetention: "5"}
"""


def test_a_seeded_schedule_fires_from_the_next_instant_on() -> None:
    seeded.load_text(WORLD)
    assert dict(Schedule.objects.values_list("name", "next_firing_at")) == {
        "hourly": datetime(2026, 1, 5, 12, 15, tzinfo=UTC),
        "off": None,
    }
    advance(at=datetime(2026, 1, 5, 14, 0, tzinfo=UTC))
    assert [backup.created_at.hour for backup in AppBackup.objects.order_by("created_at")] == [
        12,
        13,
    ]
