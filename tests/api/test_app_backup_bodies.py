"""POST …/appBackups: how the body is read, before its fields are looked at."""

import dataclasses
import io
import json
from typing import Any

import pytest

from backups.models import App, AppBackup, Bucket
from tests.conftest import Api, invalid, number

BODY = {"type": "application/astra-appBackup", "version": "1.1", "name": "a"}
MAX_BODY = 1024 * 1024


def _post(api: Api, app: App, body: Any, **how: Any) -> Any:
    return api.call("POST", f"k8s/v1/apps/{app.id}/appBackups", body, **how)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"{'type': 'x'}",
        b'{"type": "x",}',
        b'{"type": "x"} {}',
        b'{"type": NaN}',
        b'{"type": Infinity}',
        b'{"type": -}',
        b'{"type": 01}',
        b'{"type": "\xff"}',
        b'{"type": "a\nb"}',
        b'{"type": "\\ud800"}',
        b'{"type": "\\x"}',
        b"\xef\xbb\xbf" + json.dumps(BODY).encode(),
        json.dumps(BODY).encode("utf-16"),
        b"type=application%2Fastra-appBackup&version=1.1",
        b'{"type": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"[" * 1_000_000,
    ],
    ids=lambda body: repr(body[:24]),
)
def test_what_is_no_json_in_utf8_is_problem_7_naming_nothing(
    api: Api, app: App, bucket: Bucket, body: bytes
) -> None:
    response = _post(api, app, body)
    assert (number(response), invalid(response)) == (7, [])
    assert not AppBackup.objects.exists()


@pytest.mark.parametrize("body", ["null", "[]", '"x"', "1", "true", '[{"type": "x"}]'])
def test_json_that_is_no_object_is_problem_8_naming_nothing(
    api: Api, app: App, bucket: Bucket, body: str
) -> None:
    response = _post(api, app, body)
    assert (number(response), invalid(response)) == (8, [])
    failure = json.loads(response.content)["schemaValidationFailure"]
    assert failure == "The body must be an object."


def test_of_a_repeated_member_the_last_wins(api: Api, app: App, bucket: Bucket) -> None:
    body = '{"name": "No", "type": 1, "version": "1.1", "name": "yes", "type": %s}'
    response = _post(api, app, body % json.dumps(BODY["type"]))
    assert json.loads(response.content)["name"] == "yes"
    body = '{"type": %s, "version": "1.1", "name": "yes", "name": "No"}'
    response = _post(api, app, body % json.dumps(BODY["type"]))
    assert (number(response), invalid(response)) == (8, ["name"])


def test_json_may_be_spaced_and_escaped(api: Api, app: App, bucket: Bucket) -> None:
    body = b"""\r\n\t {"n\\u0061me" : "\\u0061" , "type":"application\\/astra-appBackup",
        "version":"1.1"} \n"""
    response = _post(api, app, body)
    assert (response.status_code, json.loads(response.content)["name"]) == (201, "a")


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/astra-appBackup+json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "text/plain; charset=utf-16",
        "text/plain; charset=nonsense",
        "application/json; charset=latin-1",
        "application/json; a*=utf-8''%ff",
        "application/json; a*0*=x",
        "nonsense",
        ";;;=",
        "a" * 20_000 + ";b",
    ],
)
def test_a_body_is_parsed_as_json_whatever_the_content_type_says(
    api: Api, app: App, bucket: Bucket, content_type: str
) -> None:
    response = _post(api, app, BODY, content_type=content_type)
    assert response.status_code == 201


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
@pytest.mark.parametrize("body", [b"{", b'{"type": "x"}', b"\xff" * 1000])
def test_a_body_is_ignored_where_none_is_expected(
    api: Api, app: App, bucket: Bucket, method: str, body: bytes
) -> None:
    plain = api.call(method, f"k8s/v1/apps/{app.id}/appBackups")
    response = api.call(method, f"k8s/v1/apps/{app.id}/appBackups", body)
    assert response.status_code == plain.status_code == (405 if method == "DELETE" else 200)


def _padded(size: int) -> bytes:
    body = json.dumps(BODY).encode()
    return body + b" " * (size - len(body))


def test_a_body_may_have_a_mebibyte_and_no_more(api: Api, app: App, bucket: Bucket) -> None:
    assert _post(api, app, _padded(MAX_BODY)).status_code == 201
    response = _post(api, app, _padded(MAX_BODY + 1))
    assert (number(response), response.status_code) == (85, 413)


def test_the_limit_of_a_body_is_a_setting(
    api: Api, app: App, bucket: Bucket, settings: Any
) -> None:
    settings.ASTRA = dataclasses.replace(settings.ASTRA, max_body_bytes=4 * MAX_BODY)
    assert _post(api, app, _padded(4 * MAX_BODY)).status_code == 201
    assert number(_post(api, app, _padded(4 * MAX_BODY + 1))) == 85


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST"])
@pytest.mark.parametrize("length", [str(MAX_BODY + 1), "-1", "x", "9" * 30, "1e3"])
def test_a_content_length_beyond_the_limit_or_absurd_is_problem_85_on_any_method(
    api: Api, app: App, method: str, length: str
) -> None:
    path = f"k8s/v1/apps/{app.id}/appBackups"
    response = api.call(method, path, b"{}", environ={"CONTENT_LENGTH": length})
    assert number(response) == 85


def _chunked(body: bytes) -> dict[str, Any]:
    """A request as a server hands on a chunked one: no length, a stream that ends."""
    return {
        "HTTP_TRANSFER_ENCODING": "chunked",
        "CONTENT_LENGTH": "",
        "wsgi.input": io.BytesIO(body),
    }


def test_a_chunked_body_is_read_to_its_end(api: Api, app: App, bucket: Bucket) -> None:
    environ = _chunked(json.dumps(BODY).encode())
    assert _post(api, app, b"", environ=environ).status_code == 201


def test_a_chunked_body_has_the_same_limit(api: Api, app: App, bucket: Bucket) -> None:
    assert _post(api, app, b"", environ=_chunked(_padded(MAX_BODY))).status_code == 201
    assert number(_post(api, app, b"", environ=_chunked(_padded(MAX_BODY + 1)))) == 85
    assert AppBackup.objects.count() == 1


def test_a_body_that_breaks_off_is_no_fault_of_the_service(
    api: Api, app: App, bucket: Bucket
) -> None:
    environ = {"CONTENT_LENGTH": "500", "wsgi.input": io.BytesIO(json.dumps(BODY).encode()[:-1])}
    assert number(_post(api, app, b"", environ=environ)) == 7
