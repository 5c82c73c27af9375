"""A month of hourly schedules in one call: how long it takes, and how much memory.

`python -m benchmarks.month [--apps 1000] [--days 30]`
"""

import argparse
import time
from typing import Any

import psutil
import psycopg

from benchmarks.running import service

START = "2026-01-05T00:00:00Z"
RETENTION = "24"
MIB = 1024 * 1024
SAMPLE_SECONDS = 1.0


def world(apps: int) -> dict[str, Any]:
    """Return a scenario: an account whose clock stands still, its apps backed up every hour."""
    schedule = {
        "name": "hourly",
        "granularity": "hourly",
        "minute": "0",
        "snapshotRetention": RETENTION,
        "backupRetention": RETENTION,
    }
    return {
        "scenario": "month",
        "title": "Apps that are backed up every hour",
        "seed": 1,
        "accounts": [
            {
                "name": "month",
                "clock": {"mode": "manual", "at": START},
                "users": [{"email": "owner@month.example.com", "role": "owner"}],
                "buckets": [{"name": "bucket", "provider": "generic-s3", "isDefault": True}],
                "apps": [
                    {"name": f"app-{number}", "schedules": [schedule]} for number in range(apps)
                ],
            }
        ],
    }


def memory() -> dict[str, float]:
    """Return the MiB that the service's processes have for themselves: the largest of each kind."""
    largest = {"web and worker": 0.0, "PostgreSQL": 0.0}
    for process in psutil.Process().children(recursive=True):
        try:
            kind = "PostgreSQL" if process.name() == "postgres" else "web and worker"
            largest[kind] = max(largest[kind], process.memory_full_info().uss / MIB)
        except psutil.Error:
            continue
    return largest


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--apps", type=int, default=1000)
    parser.add_argument("--days", type=int, default=30)
    options = parser.parse_args()
    with service() as running:
        account = running.control("accounts", "POST", {"scenario": world(options.apps)})["id"]
        clock = f"accounts/{account}/clock"
        before = memory()
        start = time.perf_counter()
        running.control(f"{clock}/advance", "POST", {"by": f"P{options.days}D", "wait": 0})
        most = dict(before)
        while running.control(clock)["status"] == "advancing":
            most = {kind: max(most[kind], now) for kind, now in memory().items()}
            time.sleep(SAMPLE_SECONDS)
        seconds = time.perf_counter() - start
        with psycopg.connect(running.database_url) as connection:
            made, kept = connection.execute(
                "SELECT count(*) FILTER (WHERE sequence = 0),"
                " (SELECT count(*) FROM backups_appbackup WHERE account_id = %(account)s)"
                " FROM engine_transition WHERE account_id = %(account)s AND kind = 'appBackup'",
                {"account": account},
            ).fetchone() or (0, 0)
    print(f"{options.days} days of {options.apps} apps: {made} backups made, {kept} kept")
    print(f"{seconds:.0f} s, {made / seconds:.0f} backups a second, each with its snapshot")
    for kind, mib in most.items():
        print(f"most memory, {kind}: {mib:.0f} MiB, {before[kind]:.0f} MiB before")


if __name__ == "__main__":
    main()
