"""Which refusal wins when a request gives several causes.

Source: `docs/architecture.md`, 'Order of refusals'. Each cause is a change to a request that is
otherwise good. Causes are in the pinned order; every two neighbours, and every cause with all that
come after it, are put into one request.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from backups.models import App, AppBackup, Bucket
from tests import world
from tests.conftest import Api, number


@dataclass
class Request:
    """A create that is good until causes are added to it."""

    api: Api
    as_role: Callable[[str], Api]
    stranger: Api
    app: App
    bucket: Bucket
    method: str = "POST"
    account_id: str = ""
    app_id: str = ""
    caller: Api | None = None
    token: str | None = ""
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    environ: dict[str, str] = field(default_factory=dict)
    body: Any = None

    def __post_init__(self) -> None:
        self.account_id, self.app_id = str(self.api.account.id), str(self.app.id)
        self.caller = self.api
        self.body = {"type": "application/astra-appBackup", "version": "1.1"}

    def change(self, **members: Any) -> None:
        """Change the body, where it still is an object."""
        if isinstance(self.body, dict):
            self.body |= members

    def send(self) -> Any:
        path = f"/accounts/{self.account_id}/k8s/v1/apps/{self.app_id}/appBackups{self.query}"
        assert self.caller is not None
        caller = self.caller
        if self.token != "":
            caller = Api(caller.account, self.token)
        return caller.call(
            self.method, path, self.body, root=True, environ=self.environ, **self.headers
        )


def too_large(request: Request) -> None:
    request.environ["CONTENT_LENGTH"] = str(1024 * 1024 + 1)


def no_token(request: Request) -> None:
    request.token = None


def unknown_token(request: Request) -> None:
    request.token = "unknown"


def other_account(request: Request) -> None:
    request.account_id = str(request.stranger.account.id)


def no_identifier(request: Request) -> None:
    request.app_id = "x"


def other_method(request: Request) -> None:
    request.method = "PATCH"


def weak_role(request: Request) -> None:
    request.caller = request.as_role("viewer")


def undecodable_query(request: Request) -> None:
    request.query += "?a=%ff"


def unknown_parameter(request: Request) -> None:
    request.query += "&a=b" if request.query else "?a=b"


def not_acceptable(request: Request) -> None:
    request.headers["Accept"] = "text/html"


def no_json(request: Request) -> None:
    request.body = b"{"


def wrong_schema(request: Request) -> None:
    request.change(version="9.9")


def bad_label(request: Request) -> None:
    _label(request, "a\0")


def unknown_app(request: Request) -> None:
    # Another account's, so that its state and what it owns can be told apart from 'unknown'.
    request.app_id = str(world.make_app(request.stranger.account).id)


def app_not_ready(request: Request) -> None:
    App.objects.filter(id=request.app_id).update(state="discovering")


def unfit_cluster(request: Request) -> None:
    _place(request, "full")


def cluster_without_class(request: Request) -> None:
    _place(request, "partial")


def _place(request: Request, protection: str) -> None:
    """Put the app on a cluster that takes no snapshots."""
    cluster = world.make_cluster(
        request.api.account, snapshot_supported=False, protection_state=protection
    )
    App.objects.filter(id=request.app.id).update(cluster=cluster)


def unknown_bucket(request: Request) -> None:
    request.change(bucketID=str(world.some_id()))


def bucket_not_available(request: Request) -> None:
    bucket = world.make_bucket(request.api.account, state="failed")
    request.change(bucketID=str(bucket.id))


def no_bucket(request: Request) -> None:
    Bucket.objects.filter(account=request.api.account).update(state="failed")


def unknown_snapshot(request: Request) -> None:
    request.change(snapshotID=str(world.some_id()))


def snapshot_of_another_app(request: Request) -> None:
    other = world.make_snapshot(world.make_app(request.api.account), state="running")
    request.change(snapshotID=str(other.id))


def unfinished_snapshot(request: Request) -> None:
    request.change(snapshotID=str(world.make_snapshot(request.app, state="running").id))


def read_only_label(request: Request) -> None:
    _label(request, "astra.netapp.io/labels/read-only/x")


def taken_name(request: Request) -> None:
    world.make_backup(request.app, request.bucket, name="taken")
    request.change(name="taken")


def _label(request: Request, name: str) -> None:
    if not isinstance(request.body, dict):
        return
    instant = "2022-10-06T20:58:16Z"
    metadata = request.body.setdefault(
        "metadata",
        {
            "labels": [],
            "creationTimestamp": instant,
            "modificationTimestamp": instant,
            "createdBy": "00000000-0000-0000-0000-000000000000",
        },
    )
    metadata["labels"].append({"name": name, "value": ""})


Cause = Callable[[Request], None]

# Rows of the same rank exclude one another: both say something of the same member.
ORDER: list[list[tuple[Cause, int]]] = [
    [(too_large, 85)],
    [(no_token, 3), (unknown_token, 4)],
    [(other_account, 11)],
    [(no_identifier, 2)],
    [(other_method, 69)],
    [(weak_role, 11)],
    [(undecodable_query, 5)],
    [(unknown_parameter, 6)],
    [(not_acceptable, 32)],
    [(no_json, 7)],
    [(wrong_schema, 8)],
    [(bad_label, 9)],
    [(unknown_app, 2)],
    [(app_not_ready, 112)],
    [(unfit_cluster, 131), (cluster_without_class, 158)],
    [(unknown_bucket, 108), (bucket_not_available, 9), (no_bucket, 127)],
    [(unknown_snapshot, 46), (snapshot_of_another_app, 47), (unfinished_snapshot, 111)],
    [(read_only_label, 10)],
    [(taken_name, 143)],
]
CAUSES = [cause for rank in ORDER for cause in rank]
# Applied last: what other causes change about the app concerns the one that is there.
_LATE = [unknown_app, no_identifier]


def _lateness(cause: Cause) -> int:
    return _LATE.index(cause) + 1 if cause in _LATE else 0


@pytest.fixture
def request_(
    api: Api, as_role: Callable[[str], Api], stranger: Api, app: App, bucket: Bucket
) -> Request:
    return Request(api, as_role, stranger, app, bucket)


def _answer(request: Request, causes: list[Cause]) -> int:
    for cause in sorted(causes, key=_lateness):
        cause(request)
    before = AppBackup.objects.count()
    refused = number(request.send())
    assert AppBackup.objects.count() == before
    return refused


def test_the_request_is_good_without_a_cause(request_: Request) -> None:
    assert request_.send().status_code == 201


@pytest.mark.parametrize(("cause", "expected"), CAUSES, ids=[cause.__name__ for cause, _ in CAUSES])
def test_a_cause_alone_is_refused_by_its_own_number(
    request_: Request, cause: Cause, expected: int
) -> None:
    assert _answer(request_, [cause]) == expected


NEIGHBOURS = [
    (first, second)
    for rank, following in itertools.pairwise(ORDER)
    for first in rank
    for second in following
]


@pytest.mark.parametrize(
    ("first", "second"),
    NEIGHBOURS,
    ids=[f"{first[0].__name__}-{second[0].__name__}" for first, second in NEIGHBOURS],
)
def test_of_two_neighbours_the_first_wins(
    request_: Request, first: tuple[Cause, int], second: tuple[Cause, int]
) -> None:
    assert _answer(request_, [first[0], second[0]]) == first[1]


@pytest.mark.parametrize("rank", range(len(ORDER)))
def test_a_cause_wins_against_all_that_come_after_it(request_: Request, rank: int) -> None:
    causes = [following[0] for following in ORDER[rank:]]
    assert _answer(request_, [cause for cause, _ in causes]) == causes[0][1]


def test_of_several_bad_ids_the_bucket_s_comes_first(request_: Request) -> None:
    """Bucket before snapshot, each in the order: unknown, other app's, state."""
    assert _answer(request_, [unknown_bucket, snapshot_of_another_app]) == 108
