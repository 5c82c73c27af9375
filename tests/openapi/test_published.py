"""The service's own document against the published one, operation by operation."""

import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import reference
from tests.extras import EXTRAS, is_extra, is_unanswered
from tests.openapi.facts import METHODS, Fact, facts_of

# What an answer may promise beyond the published document without breaking it.
STRICTER = ("required", "closed", "uniqueItems", "minLength", "maxLength", "minItems")


@pytest.fixture
def published() -> Any:
    judge = reference.load()
    if judge is None:
        pytest.skip(f"no {reference.FILE} in {reference.folder()}")
    return judge.document


def operations(document: Any) -> Iterator[tuple[str, str]]:
    for path, item in document["paths"].items():
        yield from ((path, method) for method in METHODS if method in item)


def served(document: Any) -> list[tuple[str, str]]:
    """The operations of the simulated API in our document."""
    return [found for found in operations(document) if not found[0].startswith("/simulator")]


def compared(document: Any, published: Any) -> Iterator[tuple[str, Fact]]:
    """The facts that one of the documents says alone, with the sign of the one that does."""
    for path, method in served(document):
        ours = set(facts_of(document, path, method))
        theirs = set(facts_of(published, path, method))
        yield from (("+", fact) for fact in ours - theirs)
        yield from (("-", fact) for fact in theirs - ours)


def is_needless(sign: str, fact: Fact) -> bool:
    """Tell whether a difference needs no explanation, or has it in the lists of problems."""
    if fact.keyword == "status":
        # Which problems come with it is compared.
        return bool(fact.value >= 400)
    if fact.keyword == "problem":
        known = is_extra if sign == "+" else is_unanswered
        return known(fact.operation, fact.value)
    return sign == "+" and fact.place.split(" ")[0] == "answer" and fact.keyword in STRICTER


def differences(document: Any, published: Any) -> list[str]:
    """Every difference that needs an explanation, patterns aside, as `+ fact` or `- fact`."""
    found = compared(document, published)
    needed = [(sign, fact) for sign, fact in found if not is_needless(sign, fact)]
    both = {(fact.operation, fact.place) for _, fact in _patterns(needed, "+")}
    both &= {(fact.operation, fact.place) for _, fact in _patterns(needed, "-")}
    return sorted(
        f"{sign} {fact}"
        for sign, fact in needed
        if fact.keyword != "pattern" or (fact.operation, fact.place) not in both
    )


def _patterns(facts: list[tuple[str, Fact]], wanted: str) -> list[tuple[str, Fact]]:
    return [(sign, fact) for sign, fact in facts if sign == wanted and fact.keyword == "pattern"]


EXPLANATIONS = [pattern for extra in EXTRAS for pattern in extra.facts]


def test_every_served_operation_is_published(document: Any, published: Any) -> None:
    assert set(served(document)) <= set(operations(published))


def test_every_difference_is_explained(document: Any, published: Any) -> None:
    found = differences(document, published)
    assert found
    assert [one for one in found if not any(re.search(why, one) for why in EXPLANATIONS)] == []


def test_every_explanation_is_needed(document: Any, published: Any) -> None:
    found = [f"{sign} {fact}" for sign, fact in compared(document, published)]
    assert [why for why in EXPLANATIONS if not any(re.search(why, one) for one in found)] == []


def test_every_unanswered_problem_is_listed_somewhere(document: Any, published: Any) -> None:
    missing = {
        fact.value
        for sign, fact in compared(document, published)
        if sign == "-" and fact.keyword == "problem"
    }
    assert missing == {number for extra in EXTRAS for number in extra.unanswered}


def test_patterns_written_otherwise_accept_the_same_texts(document: Any, published: Any) -> None:
    pairs = list(_pairs_of_patterns(document, published))
    assert len(pairs) >= 5
    for ours, theirs in pairs:
        _accept_the_same(ours, theirs)


def _pairs_of_patterns(
    document: Any, published: Any
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    facts = list(compared(document, published))
    theirs = {(fact.operation, fact.place): fact for _, fact in _patterns(facts, "-")}
    pairs = set()
    for _, fact in _patterns(facts, "+"):
        other = theirs.get((fact.operation, fact.place))
        if other and not any(
            re.search(why, f"+ {fact}") and re.search(why, f"- {other}") for why in EXPLANATIONS
        ):
            pairs.add((fact.value, other.value))
    yield from sorted(pairs)


def _accept_the_same(ours: tuple[str, ...], theirs: tuple[str, ...]) -> None:
    texts = st.one_of([st.from_regex(pattern) for pattern in (*ours, *theirs)])
    # A neighbour of an accepted text is often just not accepted.
    edited = st.tuples(texts, st.integers(0, 60), st.sampled_from("0-zZ:.%")).map(
        lambda edit: edit[0][: edit[1]] + edit[2] + edit[0][edit[1] + 1 :]
    )

    @settings(
        max_examples=60,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(texts, edited))
    def check(text: str) -> None:
        # JSON Schema's dollar does not stand before a line break.
        if not text.endswith("\n"):
            assert _accepts(ours, text) == _accepts(theirs, text)

    check()


def _accepts(patterns: tuple[str, ...], text: str) -> bool:
    return any(re.search(pattern, text) for pattern in patterns)


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (("required", ["version"]), "- POST"),
        (("properties", {"colour": {"type": "string"}}), "+ POST"),
    ],
)
def test_a_changed_schema_is_a_difference(
    document: Any, published: Any, change: tuple[str, Any], difference: str
) -> None:
    keyword, value = change
    schemas = document["components"]["schemas"]
    changed = schemas["AppBackupCreate"] | {keyword: value}
    other = document | {
        "components": document["components"] | {"schemas": schemas | {"AppBackupCreate": changed}}
    }
    found = set(differences(other, published)) - set(differences(document, published))
    assert any(one.startswith(difference) for one in found)
    assert not all(
        any(re.search(why, one) for why in EXPLANATIONS) for one in itertools.chain(found)
    )
