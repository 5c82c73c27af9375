"""What is wrong with a document is told with file, line and reason."""

import pytest

from astra.scenarios.documents import MAX_NODES
from astra.scenarios.errors import ScenarioError
from tests.scenarios import seeded

pytestmark = pytest.mark.django_db

HEAD = """scenario: mine
accounts:
  - name: one
    users:
      - {email: owner@example.com, role: owner}
    buckets:
      - name: bucket
"""


def findings(text: str | bytes) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        seeded.load_text(text)
    return str(caught.value).split("\n")


def app(members: str) -> str:
    """A document whose line 8 is `apps:`, line 9 the app and line 10 its backup or other members."""
    return f"{HEAD}    apps:\n      - name: shop\n        {members}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "my.yaml: Must be of type object."),
        ("[1, 2]", "my.yaml:1: Must be of type object."),
        ("scenario: [", "my.yaml:2: did not find expected node content."),
        ("a: 1\nb: {\n", "my.yaml:3: did not find expected node content."),
        ("a: 1\na: 2\n", "my.yaml:2: The member a is there twice."),
        ("? [a]\n: 1\n", "my.yaml:1: A member's name must be a string."),
        (b"a: \xff", "my.yaml: The document is not UTF-8."),
        ("a: 1\nb: \x01", "my.yaml:2: control characters are not allowed."),
        ("a: !!int x", "my.yaml:1: invalid literal for int() with base 10: 'x'."),
        ("a: !python/object:os.system x", "could not determine a constructor"),
        ("a: 1\n--- \nb: 2", "my.yaml:2: but found another document."),
        ("a: *nothing", "my.yaml:1: found undefined alias."),
        ('a: "x\\0y"', "my.yaml:1: NUL is part of no text."),
        ('a: "\\ud800"', "my.yaml:1:"),
        ("a: .nan", "my.yaml:1: nan is no number to count with."),
        ("a: -.inf", "my.yaml:1: -inf is no number to count with."),
        ("a: !!binary aGVsbG8=", "my.yaml:1: bytes is no type of JSON."),
        ("[" * 5000, "my.yaml"),
    ],
)
def test_text_that_is_no_document(text: str | bytes, expected: str) -> None:
    (found,) = findings(text)
    assert expected in found


def test_a_document_that_grows_by_its_aliases_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 8)]
    (found,) = findings("\n".join(lines))
    assert found.endswith(f"There are more than {MAX_NODES} values.")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            HEAD.replace("scenario: mine", "scenario: My Own"),
            (
                "my.yaml:1: scenario: Must be a DNS-1123 label: at most 63 of a-z, 0-9 and -,"
                " and no - at an end."
            ),
        ),
        ("scenario: mine\n", "my.yaml:1: The member accounts is missing."),
        (HEAD + "    colour: red\n", "my.yaml:8: accounts[0].colour: Unknown member."),
        (
            app("state_details: []"),
            (
                "my.yaml:10: accounts[0].apps[0].state_details: Unknown member;"
                " stateDetails is meant, perhaps."
            ),
        ),
        (
            app("state: asleep"),
            (
                "my.yaml:10: accounts[0].apps[0].state: Must be one of pending, discovering,"
                " provisioning, restoring, ready, failed, unavailable, unknown."
            ),
        ),
        (
            app("size: much"),
            (
                "my.yaml:10: accounts[0].apps[0].size: Must be a size such as 4GiB, 250 MB or a number"
                " of bytes."
            ),
        ),
        (
            app("age: yesterday"),
            "my.yaml:10: accounts[0].apps[0].age: Must be a duration such as 3d2h, 90s or PT1H30M.",
        ),
        (
            app("id: 42"),
            "my.yaml:10: accounts[0].apps[0].id: Must be of type string.",
        ),
        (
            app("id: 54FE651D-3d3b-5fa8-b85c-5db757885ff3"),
            (
                "my.yaml:10: accounts[0].apps[0].id: Must be an Astra identifier: a lower-case UUID of"
                " version 4 or 5, or the nil UUID."
            ),
        ),
        (
            app("backups: [{name: b, percentDone: 120}]"),
            (
                "my.yaml:10: accounts[0].apps[0].backups[0].percentDone: 120 is greater than the"
                " maximum of 100."
            ),
        ),
        (
            app("backups: [{name: b, fate: good}]"),
            (
                "my.yaml:10: accounts[0].apps[0].backups[0].fate: Must be one of held, completed,"
                " failed, removed, unknown, or an object with an outcome."
            ),
        ),
        (
            app("labels: [{name: a, value: b}, {name: a, value: b}]"),
            (
                "my.yaml:10: accounts[0].apps[0].labels: [{'name': 'a', 'value': 'b'}, {'name': 'a',"
                " 'value': 'b'}] has non-unique elements."
            ),
        ),
        (
            app("age: 1d\n        createdAt: 2026-01-01T00:00:00Z"),
            "my.yaml:9: accounts[0].apps[0]: Only one of age and createdAt can be said.",
        ),
        (HEAD + "    users: []\n", "my.yaml:8: The member users is there twice."),
    ],
)
def test_members_that_the_schema_refuses(text: str, expected: str) -> None:
    assert findings(text) == [expected]


def test_everything_that_is_wrong_is_told_at_once_in_the_order_of_lines() -> None:
    text = app("state: asleep\n        size: much\n        colour: red")
    assert [line.split(": ")[0] for line in findings(text)] == [
        "my.yaml:10",
        "my.yaml:11",
        "my.yaml:12",
    ]


@pytest.mark.parametrize(
    ("members", "place", "reason"),
    [
        (
            "backups: [{name: b, bucket: nowhere}]",
            "backups[0].bucket",
            "None of the buckets is called nowhere; there are: bucket.",
        ),
        (
            "backups: [{name: b, snapshot: s}]",
            "backups[0].snapshot",
            "None of the snapshots is called s; there are: none.",
        ),
        (
            "backups: [{name: b, createdBy: me@example.com}]",
            "backups[0].createdBy",
            "None of the users is called me@example.com; there are: owner@example.com.",
        ),
        (
            "backups: [{name: b}, {name: b}]",
            "backups[1].name",
            "Another of the backups is called b.",
        ),
        (
            "backups: [{name: b, fate: held}]",
            "backups[0].fate",
            "What is completed has its fate behind it.",
        ),
        (
            "backups: [{name: b, state: running, from: pending}]",
            "backups[0].from",
            "What is running did not leave its way.",
        ),
        (
            "backups: [{name: b, percentDone: 50}]",
            "backups[0].percentDone",
            "What is completed is done to 100 percent.",
        ),
        (
            "backups: [{name: b, state: pending, percentDone: 50}]",
            "backups[0].percentDone",
            "Nothing is done in pending.",
        ),
        (
            "backups: [{name: b, state: failed, from: discovering, percentDone: 50}]",
            "backups[0].percentDone",
            "Nothing is done in discovering.",
        ),
        (
            (
                "backups: [{name: b, state: running, percentDone: 50,"
                " fate: {outcome: failed, percentDone: 20}}]"
            ),
            "backups[0].fate.percentDone",
            "Must not be less than it is now.",
        ),
        (
            "backups: [{name: b, state: failed, age: 0s, percentDone: 50}]",
            "backups[0].percentDone",
            "Made too recently to have done a part of it.",
        ),
        (
            "backups: [{name: b, state: running, snapshot: null}]",
            "backups[0].snapshot",
            "Only what is finished can do without its snapshot.",
        ),
        (
            "backups: [{name: b, createdAt: 2999-01-01T00:00:00Z}]",
            "backups[0].createdAt",
            "Made later than the account's clock says it is.",
        ),
        (
            "snapshots: [{name: s, state: running}]\n        backups: [{name: b, snapshot: s}]",
            "backups[0].state",
            "The snapshot is running, so it can only be pending.",
        ),
        (
            "snapshots: [{name: s, state: failed}]\n        backups: [{name: b, snapshot: s}]",
            "backups[0].state",
            "The snapshot is failed, so it can only be failed.",
        ),
        (
            (
                "snapshots: [{name: s, state: running, fate: held}]\n"
                "        backups: [{name: b, snapshot: s, state: pending}]"
            ),
            "backups[0].snapshot",
            "The snapshot is held, so the backup must be held too.",
        ),
        (
            "snapshots: [{name: s, age: 1h}]\n        backups: [{name: b, snapshot: s, age: 2h}]",
            "backups[0].snapshot",
            "The snapshot is younger than the backup.",
        ),
        (
            "stageDelays: {app-sleep: 1}",
            "stageDelays.app-sleep",
            "Must be one of app-mirror-establish,",
        ),
        ("immediateKinds: [planet]", "immediateKinds[0]", "Must be one of "),
        ("throughput: 0", "throughput", "Must be greater than zero."),
        (
            (
                "schedules: [{name: s, granularity: daily, snapshotRetention: '1',"
                " backupRetention: '1'}]"
            ),
            "schedules[0].hour",
            "A daily schedule needs it.",
        ),
    ],
)
def test_members_that_do_not_go_together(members: str, place: str, reason: str) -> None:
    (found,) = findings(app(members))
    line, where, why = found.split(": ", 2)
    assert line in ("my.yaml:10", "my.yaml:11")
    assert where == f"accounts[0].apps[0].{place}"
    assert why.startswith(reason)


@pytest.mark.parametrize(
    ("members", "place", "reason"),
    [
        ("createdAt: 2026-02-31T00:00:00Z", ".createdAt", "day is out of range for month."),
        ("createdAt: 0000-01-01T00:00:00Z", ".createdAt", "year 0 is out of range."),
        ("age: 999999w", ".age", "'999999w' is longer than a thousand years."),
        ("size: 9999999PiB", ".size", "'9999999PiB' is more than 9007199254740992 bytes."),
        ("createdAt: 9999-12-31T23:59:59Z", ".createdAt", "'9999-12-31T23:59:59Z' is later than"),
        (
            "stageDelays: {app-discover: 1000000000000}",
            ".stageDelays.app-discover",
            "1000000000000",
        ),
    ],
)
def test_numbers_beyond_all_measure(members: str, place: str, reason: str) -> None:
    (found,) = findings(app(members))
    where, why = found.split(": ", 2)[1:]
    assert where == f"accounts[0].apps[0]{place}"
    assert why.startswith(reason)


def test_what_began_before_all_calendars() -> None:
    text = HEAD.replace(
        "- name: one", "- name: one\n    clock: {mode: manual, at: 0001-01-01T00:00:00Z}"
    )
    (found,) = findings(text)
    where, why = found.split(": ", 2)[1:]
    assert where == "accounts[0].buckets[0]"
    assert why == "Its instants are beyond what a calendar has."


@pytest.mark.parametrize(
    ("account", "place", "reason"),
    [
        (
            "clock: {mode: real, at: 2026-01-01T00:00:00Z}",
            "clock.at",
            "A real clock cannot be set.",
        ),
        ("clock: {mode: manual, rate: 2}", "clock.rate", "Only a scaled clock has a rate."),
        (
            "clock: {mode: manual, at: 2026-01-01T00:00:00Z}\n    createdAt: 2026-01-02T00:00:00Z",
            "createdAt",
            "The account is not made yet at the instant of its clock.",
        ),
    ],
)
def test_clocks_that_cannot_be(account: str, place: str, reason: str) -> None:
    (found,) = findings(f"{HEAD}    {account}\n")
    assert found.split(": ", 2)[1:] == [f"accounts[0].{place}", reason]


def test_a_bucket_has_the_parameters_of_its_provider() -> None:
    text = (
        HEAD
        + "        provider: gcp\n        bucketParameters: {azure: {storageAccount: a, bucketName: b}}\n"
    )
    assert findings(text) == [
        "my.yaml:9: accounts[0].buckets[0].bucketParameters: A bucket of gcp has gcp."
    ]


def test_a_backup_needs_a_bucket_that_is_available_or_named() -> None:
    text = app("backups: [{name: b}]").replace("- name: bucket", "- {name: bucket, state: failed}")
    assert findings(text) == [
        (
            "my.yaml:10: accounts[0].apps[0].backups[0]: The account has no bucket that is available;"
            " name another."
        )
    ]


def test_a_name_that_no_parameter_has_is_refused() -> None:
    assert findings(app("size: $big")) == [
        "my.yaml:10: accounts[0].apps[0].size: No parameter is called big."
    ]


def test_an_override_of_a_parameter_that_is_not_there_is_refused() -> None:
    with pytest.raises(ScenarioError) as caught:
        seeded.load_text("parameters: {big: 1}\n" + HEAD, small=1)
    assert str(caught.value) == "my.yaml: No parameter is called small; there are: big."


def test_words_that_yaml_would_turn_into_something_else_stay_words() -> None:
    seeded.load_text(
        HEAD
        + "    apps:\n      - name: off\n        createdAt: 2026-01-01T00:00:00Z\n"
        + "        labels: [{name: on, value: yes}]\n"
    )
    caller = seeded.call_as("owner@example.com")
    (found,) = caller.read("k8s/v2/apps")["items"]
    assert found["name"] == "off"
    assert found["metadata"]["labels"] == [{"name": "on", "value": "yes"}]
    assert found["metadata"]["creationTimestamp"] == "2026-01-01T00:00:00.000000Z"
