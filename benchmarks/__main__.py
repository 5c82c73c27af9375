"""`make bench`: create and retrieve, as shares of the floor measured in the same run.

Absolute figures hold on no other machine; the shares do, roughly. Rounds alternate, medians count.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

import psycopg

from benchmarks.running import HERE, Rate, Service, run_pgbench, run_wrk, service

FLOOR_DATABASE = "floor"
AIM_CREATE = 0.13


def main() -> None:
    """Run the benchmarks and print a table; exit with 1 when create misses its aim."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=10, help="of each measurement")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("The benchmarks need wrk: apt-get install wrk")
    with service() as running, tempfile.TemporaryDirectory() as folder:
        floor = prepare_floor(running.database_url, Path(folder))
        rates = measure(running, floor, options.rounds, options.seconds)
    share = report(rates)
    sys.exit(0 if share >= AIM_CREATE else 1)


def prepare_floor(database_url: str, folder: Path) -> tuple[str, Path]:
    """Create the floor's database; return its URL and the script for pgbench."""
    schema, statement = (HERE / "floor.sql").read_text().split("-- statement\n")
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {FLOOR_DATABASE}")
        connection.execute(f"CREATE DATABASE {FLOOR_DATABASE}")
    url = database_url.rsplit("/", 1)[0] + f"/{FLOOR_DATABASE}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(schema.split("-- schema\n")[1])
    script = folder / "floor.pgbench.sql"
    script.write_text(statement)
    return url, script


def measure(
    running: Service, floor: tuple[str, Path], rounds: int, seconds: int
) -> dict[str, list[Rate]]:
    """Return the rates of each round, by what was measured."""
    apps = running.call("k8s/v2/apps?include=id,state&filter=state%20eq%20%27ready%27")["items"]
    assert isinstance(apps, list)
    creates = f"k8s/v1/apps/{apps[0][0]}/appBackups"
    body = {"type": "application/astra-appBackup", "version": "1.1"}
    backup = running.call(creates, "POST", body)
    rates: dict[str, list[Rate]] = {"floor": [], "create": [], "retrieve": []}
    for number in range(1, rounds + 1):
        print(f"round {number} of {rounds}", file=sys.stderr)
        rates["floor"].append(run_pgbench(*floor, seconds))
        url = f"{running.base}/{creates}"
        rates["create"].append(run_wrk(url, "create.lua", running.token, seconds))
        retrieve = f"{url}/{backup['id']}"
        rates["retrieve"].append(run_wrk(retrieve, "retrieve.lua", running.token, seconds))
    return rates


def report(rates: dict[str, list[Rate]]) -> float:
    """Print the medians; return what share of the floor create reaches."""
    floor = statistics.median(rate.per_second for rate in rates["floor"])
    print(f"{'':10}{'per second':>12}{'of floor':>10}{'p50':>10}{'p99':>10}")
    for name, rounds in rates.items():
        middle = sorted(rounds, key=lambda rate: rate.per_second)[len(rounds) // 2]
        median = statistics.median(rate.per_second for rate in rounds)
        share = median / floor
        print(f"{name:10}{median:12.0f}{share:10.3f}{middle.p50:>10}{middle.p99:>10}")
    create = statistics.median(rate.per_second for rate in rates["create"])
    print(f"aim: create at least {AIM_CREATE} of the floor")
    return create / floor


if __name__ == "__main__":
    main()
