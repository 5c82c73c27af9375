"""Arbitrary queries, headers and paths: never a failure of the service, always its own answer."""

import base64
import json
from typing import Any
from urllib.parse import quote

from hypothesis import example, given
from hypothesis import strategies as st

from backups.models import App, Bucket
from tests import world
from tests.conftest import Api, number
from tests.properties.fuzzing import fuzzed

PATH = "topology/v1/appBackups"
ID = "54fe651d-3d3b-5fa8-b85c-5db757885ff3"
PARAMETERS = ["include", "limit", "skip", "count", "continue", "orderBy", "filter", "page", ""]
VALUES = [
    "",
    "0",
    "1",
    "-1",
    "true",
    "id",
    "id,name",
    "name desc",
    "name eq 'a'",
    "state in 'a,b'",
    "metadata.labels[*].name eq 'a'",
    "percentDone gt '5'",
    "id lt 'x'",
    "totalBytes eq '1e999'",
    "backupCreationTimestamp gt '2022'",
    "9223372036854775807",
    "W10=",
    "%20",
    "'",
]
# What a header may hold on the wire: WSGI decodes it as latin-1, servers refuse control characters.
header = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60)
ranges = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "application/json",
                "application/astra-appBackup+json",
                "*/*",
                "application/*",
                "text/html",
                "application/astra-app+json",
                "*",
                "",
                "/",
                "application/",
            ]
        ),
        st.sampled_from(
            [
                "",
                ";q=1",
                ";q=0",
                ";q=0.5",
                ";q=",
                ";q=x",
                ";q=nan",
                ";q=-1",
                ";q=1e400",
                ";q",
                ";a*=x''y",
                ";a*=utf-8''%ff",
                ";a*0*=x",
                ';a="',
                ";;",
                ";=",
                ";q=0;q=1",
            ]
        ),
    ).map("".join),
    max_size=4,
).map(",".join)


@fuzzed
@given(
    st.lists(
        st.tuples(
            st.sampled_from(PARAMETERS) | st.text(max_size=5),
            st.sampled_from(VALUES) | st.text(max_size=12),
        ),
        max_size=4,
    )
)
def test_any_query_is_a_list_or_a_refusal(
    api: Api, app: App, bucket: Bucket, pairs: list[tuple[str, str]]
) -> None:
    query = "&".join(
        f"{quote(name, errors='replace')}={quote(value, errors='replace')}" for name, value in pairs
    )
    response = api.get(f"{PATH}?{query}")
    assert response.status_code == 200 or number(response) in (5, 6)


@fuzzed
@given(
    st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#"), max_size=40)
)
@example("%")
@example("%00")
@example("limit=%ff&limit=%ff")
def test_any_raw_query_is_a_list_or_a_refusal(api: Api, query: str) -> None:
    response = api.call("GET", PATH, environ={"QUERY_STRING": query})
    assert response.status_code == 200 or number(response) in (5, 6)


instants = st.one_of(
    st.datetimes().map(lambda instant: instant.isoformat()),
    st.datetimes(timezones=st.timezones()).map(lambda instant: instant.isoformat()),
    st.sampled_from(["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999-23:59", "", "x"]),
)
keys = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | instants
    | st.uuids().map(str),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=5,
)


@fuzzed
@given(st.lists(keys, max_size=4) | keys)
def test_any_continue_token_is_a_page_or_problem_5(
    api: Api, app: App, bucket: Bucket, document: Any
) -> None:
    token = base64.b64encode(json.dumps(document).encode()).decode()
    response = api.get(f"{PATH}?continue={quote(token, safe='')}")
    assert response.status_code == 200 or number(response) == 5


@fuzzed
@given(
    st.lists(
        st.sampled_from(["-", "name", "id", "state", "percentDone"])
        | instants
        | st.uuids().map(str)
        | st.none()
        | st.integers(),
        min_size=2,
        max_size=4,
    ),
    st.sampled_from(
        ["", "name", "name desc", "percentDone", "totalBytes desc", "backupCreationTimestamp"]
    ),
)
@example(
    ["backupCreationTimestamp", False, "0001-01-01T00:00:00+23:59", ID], "backupCreationTimestamp"
)
@example(["-", False, "0001-01-01T00:00:00+23:59", ID], "")
def test_any_token_in_any_order_is_a_page_or_problem_5(
    api: Api, app: App, bucket: Bucket, key: list[Any], order: str
) -> None:
    token = base64.b64encode(json.dumps(key).encode()).decode()
    ordered = f"&orderBy={quote(order)}" if order else ""
    response = api.get(f"{PATH}?continue={quote(token, safe='')}{ordered}")
    assert response.status_code == 200 or number(response) == 5


@fuzzed
@given(header | ranges)
@example(",".join(["application/json;q=0"] * 500))
@example("application/json;" + "a=b;" * 2000)
def test_any_accept_header_is_an_answer_or_problem_32(
    api: Api, app: App, bucket: Bucket, accept: str
) -> None:
    for path in (PATH, ""):
        response = api.get(path, Accept=accept)
        assert response.status_code == 200 or number(response) == 32


@fuzzed
@given(header)
def test_any_authorization_is_an_answer_or_a_refusal(api: Api, authorization: str) -> None:
    for text in (authorization, f"Bearer {authorization}"):
        assert number(api.get("", Authorization=text)) in (3, 4)


@fuzzed
@given(st.text(st.characters(exclude_characters="?#", exclude_categories=["Cs"]), max_size=20))
@example("..")
@example("%")
def test_any_path_below_the_account_is_an_answer_or_a_refusal(api: Api, below: str) -> None:
    quoted = quote(below)
    for path in (quoted, f"k8s/v2/apps/{quoted}", f"topology/v1/{quoted}/{world.some_id()}"):
        response = api.get(path)
        assert response.status_code == 200 or number(response) in (2, 11)


@fuzzed
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12))
def test_any_method_is_refused_with_what_is_allowed(api: Api, method: str) -> None:
    if method.upper() in ("GET", "HEAD"):
        return
    response = api.call(method, PATH)
    assert (number(response), response["Allow"]) == (69, "GET, HEAD")
