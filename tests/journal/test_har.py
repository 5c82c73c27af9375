"""A journal as HAR: valid by the format's schema, and of what the journal has."""

import json
from io import StringIO
from typing import Any

import jsonschema
import pytest
from django.conf import settings
from django.core.management import call_command

import astra
from backups.models import App, Bucket
from tests.conftest import BACKUP, Api
from tests.journal.conftest import Journal
from tests.ruling import Faults
from tests.wire import whole

BUCKETS = "topology/v1/buckets"
SCHEMA = json.loads((settings.BASE_DIR / "tests/schemas/har.json").read_text())


def valid(text: bytes | str) -> Any:
    document = json.loads(text)
    jsonschema.Draft6Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(document)
    return document


def archive(journal: Journal, query: str = "", path: str = "har") -> Any:
    answer = whole(
        journal.control.get(f"{journal.path}/{path}{query}", Host="sim.example.org:8443")
    )
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer["Content-Disposition"] == (
        f'attachment; filename="journal-{journal.account.id}.har"'
    )
    return valid(answer.content)["log"]


def test_the_schema_is_a_judge() -> None:
    with pytest.raises(jsonschema.ValidationError):
        valid('{"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}}}')
    with pytest.raises(jsonschema.ValidationError):
        valid(
            '{"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": [{}]}}'
        )


def test_an_empty_journal_is_an_empty_archive(api: Api, journal: Journal) -> None:
    assert archive(journal) == {
        "version": "1.2",
        "creator": {"name": "Astra Simulator", "version": astra.__version__},
        "entries": [],
    }


def test_a_call_has_what_the_journal_has(
    api: Api, app: App, bucket: Bucket, journal: Journal
) -> None:
    path = f"k8s/v1/apps/{app.id}/appBackups"
    api.post(path, BACKUP, User_Agent="tests")
    [entry] = archive(journal)["entries"]
    kept = journal.last()
    assert entry == {
        "startedDateTime": kept["realAt"],
        "time": kept["durationMilliseconds"],
        "request": {
            "method": "POST",
            "url": f"http://sim.example.org:8443/accounts/{api.account.id}/{path}",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [
                {"name": name, "value": value} for name, value in kept["requestHeaders"].items()
            ],
            "queryString": [],
            "postData": {"mimeType": "application/json", "text": json.dumps(BACKUP)},
            "headersSize": -1,
            "bodySize": len(json.dumps(BACKUP)),
        },
        "response": {
            "status": 201,
            "statusText": "Created",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [],
            "content": entry["response"]["content"],
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": entry["response"]["content"]["size"],
        },
        "cache": {},
        "timings": {"send": 0, "wait": kept["durationMilliseconds"], "receive": 0},
        "_sequence": kept["sequence"],
        "_at": kept["at"],
        "_operation": "appBackup.create",
        "_userID": str(api.user_id),
    }
    content = entry["response"]["content"]
    assert content["mimeType"] == "application/json"
    assert json.loads(content["text"]) == kept["responseBody"]
    assert content["size"] == len(content["text"].encode())
    assert (api.token or "-") not in json.dumps(entry)


def test_whatever_is_called_is_valid(api: Api, journal: Journal, faults: Faults) -> None:
    api.get(f"{BUCKETS}?filter=name%20eq%20'x'&limit=5&y=$(id)")
    api.call("POST", BUCKETS, 'odd "\N{SNOWMAN}', content_type="text/odd")
    api.get("nowhere/it's%20`here`/\N{SNOWMAN}")
    api.call("HEAD", BUCKETS)
    api.post(BUCKETS, {"name": "x" * 100_000})
    Api(api.account, None).get(BUCKETS)
    entries = archive(journal)["entries"]
    assert len(entries) == 6
    listed, odd, unknown, _, cut, nobody = entries
    assert listed["request"]["queryString"] == [
        {"name": "filter", "value": "name eq 'x'"},
        {"name": "limit", "value": "5"},
        {"name": "y", "value": "$(id)"},
    ]
    assert odd["request"]["postData"]["text"] == 'odd "\N{SNOWMAN}'
    assert odd["response"]["content"]["mimeType"] == "application/problem+json"
    assert odd["_problem"] == 7
    assert unknown["request"]["url"].isascii()
    assert cut["request"]["bodySize"] == -1
    assert cut["request"]["postData"]["comment"].startswith("Cut")
    assert nobody["response"]["status"] == 401
    assert "postData" not in nobody["request"]


def test_it_has_what_a_search_finds_or_one_call(api: Api, journal: Journal) -> None:
    api.get(BUCKETS)
    api.get("k8s/v2/apps")
    [entry] = archive(journal, "?path=/k8s/*")["entries"]
    assert entry["request"]["url"].endswith("/k8s/v2/apps")
    first = journal.all()[0]["sequence"]
    [entry] = archive(journal, path=f"{first}/har")["entries"]
    assert entry["_sequence"] == first
    assert journal.control.get(f"{journal.path}/har?limit=1").status_code == 400
    assert journal.control.get(f"{journal.path}/999999999/har").status_code == 404


def test_the_command_prints_it(api: Api, journal: Journal) -> None:
    api.get(BUCKETS)
    printed = StringIO()
    call_command("journal", str(api.account.id), "--har", stdout=printed)
    [entry] = valid(printed.getvalue())["log"]["entries"]
    assert entry["request"]["url"].startswith("http://127.0.0.1:8000/accounts/")
