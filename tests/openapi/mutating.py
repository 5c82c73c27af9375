"""Documents and texts that are almost right: a good one, changed here and there."""

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

# What stands where something else is expected.
ODD: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=40),
    st.sampled_from(
        ["", "\0", "infinity", "2026-02-30T00:00:00Z", "9999-12-31T23:59:59Z", "x" * 5_000, "[[[["]
    ),
    st.lists(st.integers() | st.text(max_size=5), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)
_SNIPPETS = (
    "\t",
    "\0",
    "- ",
    "{",
    "[",
    "&a ",
    "*a",
    "!!int ",
    "<<: ",
    ": ",
    "#",
    "---\n",
    "\n",
    "'",
)


def fuzzed(examples: int) -> settings:
    """Return how many examples are tried: the same ones each time, reported as they are."""
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def changed(data: st.DataObject, document: Any) -> Any:
    """Return a copy of a document with up to three values replaced, doubled or left out."""
    document = copy.deepcopy(document)
    for _ in range(data.draw(st.integers(1, 3))):
        places = list(_places(document))
        container, key = places[data.draw(st.integers(0, len(places) - 1))]
        what = data.draw(st.sampled_from(["replace", "replace", "replace", "drop", "double"]))
        if what == "drop":
            del container[key]
        elif what == "double" and isinstance(container, list):
            container.append(copy.deepcopy(container[key]))
        else:
            container[key] = data.draw(ODD)
    return document


def _places(document: Any) -> Iterator[tuple[Any, Any]]:
    keys = range(len(document)) if isinstance(document, list) else list(document)
    for key in keys:
        yield document, key
        if isinstance(document[key], list | dict):
            yield from _places(document[key])


def scribbled(data: st.DataObject, text: str) -> str:
    """Return a text of which up to three pieces are left out, doubled or written over."""
    for _ in range(data.draw(st.integers(1, 3))):
        begin = data.draw(st.integers(0, len(text)))
        end = min(len(text), begin + data.draw(st.integers(0, 30)))
        piece = data.draw(st.sampled_from([*_SNIPPETS, text[begin:end] * 2]) | st.text(max_size=5))
        text = text[:begin] + piece + text[end:]
    return text
