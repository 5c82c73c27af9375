"""What `verify` says, against a plain model of it."""

import json
from fnmatch import fnmatchcase
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from astra.accounts.models import Account
from astra.journal.criteria import VerifyBody
from astra.journal.matching import is_part, mismatches
from astra.journal.models import JournalEntry
from astra.journal.verifying import verify
from tests import world

LEAVES = st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["a", "b", 0.0, 1.0])
DOCUMENTS = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2)
    ),
    max_leaves=5,
)


def model_is_part(wanted: Any, document: Any) -> bool:
    if isinstance(wanted, dict):
        return isinstance(document, dict) and all(
            name in document and model_is_part(value, document[name])
            for name, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(document, list)
            and len(wanted) == len(document)
            and all(map(model_is_part, wanted, document))
        )
    if isinstance(wanted, bool) or isinstance(document, bool):
        return wanted is document
    return bool(wanted == document)


@given(DOCUMENTS, DOCUMENTS)
def test_parts_of_documents(wanted: Any, document: Any) -> None:
    assert is_part(wanted, document) == model_is_part(wanted, document)


@given(DOCUMENTS)
def test_a_document_is_part_of_itself(document: Any) -> None:
    assert is_part(document, document)


SEGMENT = st.sampled_from(["apps", "app", "v1", "v2", "[a]", "x*", ""])
PATHS = st.lists(SEGMENT, min_size=1, max_size=3).map("/".join)
CALLS = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["GET", "POST"]),
        "path": PATHS,
        "status": st.sampled_from([200, 201]),
        "body": DOCUMENTS | st.just(""),
    }
)
MATCHES = st.fixed_dictionaries(
    {},
    optional={
        "method": st.sampled_from(["GET", "POST", "PUT"]),
        "path": st.sampled_from(
            ["/apps*", "*", "/v?", "/[av]*", "*//*", "/accounts/*/apps", "*[!p]"]
        ),
        "status": st.sampled_from([200, 201]),
        "body": DOCUMENTS,
    },
)


def tidied(path: str) -> str:
    return "/" + "/".join(part for part in path.split("/") if part)


def model_matches(call: Any, match: Any, prefix: str) -> bool:
    whole = f"{prefix}/{call['path']}"
    below = tidied(call["path"])
    spellings = {whole, tidied(whole)} | ({below} if below != "/" else set())
    return (
        match.get("method", call["method"]) == call["method"]
        and match.get("status", call["status"]) == call["status"]
        and any(fnmatchcase(each, match.get("path", "*")) for each in spellings)
        and (
            "body" not in match
            or (call["body"] != "" and model_is_part(match["body"], call["body"]))
        )
    )


def model_in_order(calls: list[Any], matches: list[Any], prefix: str) -> int:
    rest = iter(calls)
    done = 0
    for match in matches:
        if not any(model_matches(call, match, prefix) for call in rest):
            break
        done += 1
    return done


def stored(account: Account, calls: list[Any]) -> list[JournalEntry]:
    JournalEntry.objects.filter(account=account).delete()
    return JournalEntry.objects.bulk_create(
        JournalEntry(
            account=account,
            at=world.START,
            real_at=world.START,
            duration_milliseconds=1,
            method=call["method"],
            path=f"/accounts/{account.id}/{call['path']}",
            status=call["status"],
            request_body=json.dumps(call["body"]) if call["body"] != "" else "",
        )
        for call in calls
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(CALLS, max_size=6),
    MATCHES,
    st.lists(MATCHES, min_size=1, max_size=3),
    st.integers(0, 3),
    st.sampled_from(["atLeast", "atMost", "exactly"]),
)
def test_a_verdict_is_what_a_plain_model_says(
    account: Account, calls: list[Any], match: Any, order: list[Any], number: int, bound: str
) -> None:
    entries = stored(account, calls)
    prefix = f"/accounts/{account.id}"
    count = sum(model_matches(call, match, prefix) for call in calls)
    verdict = verify(account.id, VerifyBody.parse({"match": match, bound: number}))
    expected = {"atLeast": count >= number, "atMost": count <= number, "exactly": count == number}
    assert (verdict["verified"], verdict["count"]) == (expected[bound], count)
    for call, entry in zip(calls, entries, strict=True):
        agrees = not list(mismatches(entry, match))
        assert agrees == model_matches(call, match, prefix)
    assert all(near["reasons"] for near in verdict["nearest"])
    done = model_in_order(calls, order, prefix)
    in_order = verify(account.id, VerifyBody.parse({"inOrder": order}))
    assert (in_order["verified"], in_order["count"]) == (done == len(order), done)
