"""`python -m deploy.trial`: the deployment of `docs/deployment.md` on this machine, and what it bears."""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.trial.accidents import ACCIDENTS, IN_FLIGHT_ARE_LOST, Happens, have
from deploy.trial.calling import Outcome, World
from deploy.trial.database import DIRECT, SESSION, TRANSACTION, Database
from deploy.trial.hosts import Hosts
from deploy.trial.scaling import measured
from deploy.trial.sharing import checks, journal_through_files

WAYS = (DIRECT, SESSION, TRANSACTION)


def main() -> None:
    """Start everything, have one accident after another, print what came of it, leave nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    names = [each.__name__ for each in ACCIDENTS]
    parser.add_argument("--ways", nargs="*", choices=WAYS, default=WAYS)
    parser.add_argument("--accidents", nargs="*", choices=names, default=names)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**9)
    parser.add_argument("--scaling", action="store_true", help="measure what scales how, too")
    parser.add_argument("--keep", action="store_true", help="keep the folder, with all logs")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="astra-trial-"))
    folder.chmod(0o711)
    print(f"Everything is in {folder}; seed {arguments.seed}.", flush=True)
    database = Database(folder)
    is_well = True
    accidents = [each for each in ACCIDENTS if each.__name__ in arguments.accidents]
    try:
        database.start()
        for way in arguments.ways:
            with running(folder, database, way) as hosts:
                say_all(checks(hosts))
                for number in range(arguments.rounds):
                    for accident in accidents:
                        seed = arguments.seed + number
                        is_well &= bears(accident, hosts, database, folder, seed)
        if DIRECT in arguments.ways:
            with running(folder, database, DIRECT, ASTRA_JOURNAL_SPOOL="on") as hosts:
                say_all(journal_through_files(hosts))
        if arguments.scaling:
            say_all(measured(folder, database))
    finally:
        database.stop()
        if not arguments.keep:
            shutil.rmtree(folder)
    sys.exit(not is_well)


@contextmanager
def running(folder: Path, database: Database, way: str, **options: str) -> Iterator[Hosts]:
    """Have hosts within the block."""
    hosts = Hosts(folder, database, way, **options)
    try:
        hosts.start()
        said = " ".join(f"{name}={value}" for name, value in options.items())
        print(f"\n{way}: {hosts.url} {said}", flush=True)
        yield hosts
    finally:
        hosts.stop()


def say_all(lines: Iterator[str]) -> None:
    for line in lines:
        print(f"  {line}", flush=True)


def bears(accident: Happens, hosts: Hosts, database: Database, folder: Path, seed: int) -> bool:
    """Have an accident; return whether clients noticed no more of it than they may."""
    world = World(hosts.url, database, folder / "calls.jsonl", seed)
    have(accident, world, database, hosts)
    outcome = world.outcome()
    world.close()
    tell(accident.__doc__ or "", outcome)
    others = set(outcome.others)
    if accident in IN_FLIGHT_ARE_LOST:
        others.discard("ProtocolError")
    return not outcome.faults and not others


def tell(name: str, outcome: Outcome) -> None:
    """Print what came of an accident."""
    print(
        f"  {name:90} {outcome.outage_seconds:5.1f} s without a write,"
        f" {outcome.acknowledged} acknowledged, {outcome.refused} times 503,"
        f" otherwise {outcome.others or 'nothing'}; lost or half done: {len(outcome.faults)}",
        flush=True,
    )
    for fault in outcome.faults[:20]:
        print(f"    {fault}", flush=True)


if __name__ == "__main__":
    main()
