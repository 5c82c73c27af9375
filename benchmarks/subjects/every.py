"""All subjects, in the order in which they are measured and told."""

from benchmarks.plan import Subject
from benchmarks.record import Record
from benchmarks.subjects import accounts, calls, journal, large, month, settle, soak, start

SUBJECTS: dict[str, Subject] = {
    each.SUBJECT: each for each in (calls, journal, accounts, start, large, settle, month, soak)
}


def measured(record: Record) -> list[Subject]:
    """Return the subjects of which the record has figures."""
    found = {figure.subject for figure in record.values}
    return [subject for name, subject in SUBJECTS.items() if name in found]
