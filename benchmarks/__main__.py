"""`make bench`: how fast the service is, as ratios of what was measured side by side in one run.

Without a subject it measures calls against the floor (`benchmarks/floor.sql`), in some three
minutes. Figures of one machine hold on no other; ratios do, roughly.
"""

import argparse
import contextlib
import itertools
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import pages
from benchmarks.loads import require_wrk
from benchmarks.peers.servers import PEERS
from benchmarks.plan import Plan, Ratio, Subject, ratio_table
from benchmarks.record import Record, circumstances
from benchmarks.revisions import checked_out
from benchmarks.services import ROOT, Revision
from benchmarks.subjects import calls
from benchmarks.subjects.every import SUBJECTS, measured

ALL = "all"
ROUNDS, ROUNDS_AGAINST, SECONDS, CONNECTIONS = 5, 10, 4.0, [16]


def main() -> None:
    """Measure and tell; exit with 1 when a ratio misses its aim."""
    options = _parser().parse_args()
    if options.read:
        record = Record.from_json(options.read.read_text())
    else:
        require_wrk()
        # So that whatever ends this, ends what it started.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
        record = measure(options)
    sys.exit(tell(record, options))


def measure(options: argparse.Namespace) -> Record:
    """Measure what is wanted; after each subject, what there is so far is in the file."""
    record, here, kept = Record(), circumstances(ROOT), _kept(options.json)
    with contextlib.ExitStack() as stack:
        against = [stack.enter_context(checked_out(each)) for each in options.against]
        plan = Plan(
            revisions=[Revision(), *against],
            peers=[start for name in options.peers for start in PEERS[name].values()],
            connections=options.connections,
            rounds=options.rounds or (ROUNDS_AGAINST if against else ROUNDS),
            seconds=options.seconds,
            scale=options.scale,
        )
        for subject in itertools.chain(*(options.subjects or [[calls]])):
            subject.measure(record, plan)
            record.circumstances[subject.SUBJECT] = here
            if options.json:
                options.json.write_text(kept.replaced_by(record).to_json())
    return record


def _kept(file: Path | None) -> Record:
    """Return what a file has already, which is more than what this run measures."""
    return Record.from_json(file.read_text()) if file and file.exists() else Record()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    parser.add_argument(
        "subjects",
        nargs="*",
        type=_subjects,
        metavar="SUBJECT",
        help=f"{', '.join(SUBJECTS)}, {ALL}; default: calls",
    )
    parser.add_argument(
        "--rounds", type=int, help=f"default: {ROUNDS}, against a revision {ROUNDS_AGAINST}"
    )
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, help="of each load (default: %(default).0f)"
    )
    parser.add_argument(
        "--connections", type=_numbers, default=CONNECTIONS, metavar="N,…", help="default: 16"
    )
    parser.add_argument(
        "--scale", type=float, default=1.0, help="0.01: a hundredth of the rows, to try something"
    )
    parser.add_argument(
        "--peers",
        type=_peers,
        nargs="?",
        default=(),
        const=tuple(PEERS),
        metavar="NAME,…",
        help=f"installs and measures them too: {', '.join(PEERS)} (default: all)",
    )
    parser.add_argument(
        "--against",
        action="append",
        default=[],
        metavar="COMMIT",
        help="measures that revision too, in turns with this one (make bench AGAINST=COMMIT)",
    )
    parser.add_argument(
        "--json",
        type=Path,
        help="file for every value of every round; it keeps what it has of other subjects",
    )
    parser.add_argument("--plot", type=Path, metavar="FOLDER", help="for a picture of each subject")
    parser.add_argument(
        "--page", action="store_true", help="writes the tables of docs/performance.md anew"
    )
    parser.add_argument("--read", type=Path, help="such a file: tell again what it has, no more")
    return parser


def _subjects(text: str) -> Sequence[Subject]:
    if text == ALL:
        return list(SUBJECTS.values())
    if text not in SUBJECTS:
        raise argparse.ArgumentTypeError(f"no such subject: {text}")
    return [SUBJECTS[text]]


def _numbers(text: str) -> list[int]:
    return [int(each) for each in text.split(",")]


def _peers(text: str) -> Sequence[str]:
    names = text.split(",")
    if unknown := set(names) - set(PEERS):
        raise argparse.ArgumentTypeError(f"no such peer: {', '.join(sorted(unknown))}")
    return names


def tell(record: Record, options: argparse.Namespace) -> int:
    """Print all tables, draw and write what is wanted; return 1 if an aim is missed, else 0."""
    if options.plot:
        pages.plot(record, options.plot)
    if options.page:
        pages.PAGE.write_text(pages.written(pages.PAGE.read_text(), record))
    ratios: list[Ratio] = []
    for subject in measured(record):
        for name, table in subject.tables(record):
            print(f"{subject.SUBJECT}: {name}\n\n{table.markdown()}")
        ratios += subject.ratios(record)
    if ratios:
        print(ratio_table(record, ratios).markdown())
    return int(any(ratio.is_missed(record) for ratio in ratios))


if __name__ == "__main__":
    main()
