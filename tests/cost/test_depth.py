"""However deep something is nested, it is refused, and nobody runs out of stack."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from astra.api.media import MAX_DEPTH
from astra.isolation.files import checkpoint_export
from astra.isolation.models import Checkpoint
from astra.scenarios import documents
from astra.scenarios.documents import Source, parse_document
from astra.scenarios.errors import ScenarioError
from backups.models import Bucket
from tests import world
from tests.admin.conftest import Person, person, text_of
from tests.conftest import Api, number
from tests.isolation.control import control

__all__ = ["person"]

DEPTHS = (MAX_DEPTH, 1_000, 100_000)
SEED = "/admin/scenarios/seededscenario/seed/"


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


YAML: dict[str, Callable[[int], str]] = {
    "flow": lambda depth: "a: " + nested(depth),
    "mappings": lambda depth: "a: " + "{a: " * depth + "}" * depth,
    "block": lambda depth: "- " * depth + "a",
    "begun": lambda depth: "[" * depth,
}


@pytest.mark.parametrize("depth", [60, 100_000])
@pytest.mark.parametrize("shape", YAML)
def test_a_deep_document_is_refused_with_its_line(shape: str, depth: int) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse_document(Source("my.yaml", "# first\n" + YAML[shape](depth)))
    assert str(caught.value) == "my.yaml:2: The document is nested too deeply."


def test_a_document_that_aliases_make_deep_is_refused() -> None:
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 5_000))]
    with pytest.raises(ScenarioError, match="nested too deeply"):
        parse_document(Source("my.yaml", "\n".join(lines)))
    with pytest.raises(ScenarioError, match="nested too deeply"):
        parse_document(Source("my.yaml", "a: &a [*a]"))


def test_a_long_text_that_aliases_repeat_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_NODES", 1_000)
    text = f"a: &a {'x' * 20_000}\nb: [{', '.join(['*a'] * 5)}]"
    with pytest.raises(ScenarioError, match="more than 1000 values"):
        parse_document(Source("my.yaml", text))


@pytest.mark.parametrize("number", ["1" + ":1" * 200_000, "9" * 5_000, "0x" + "f" * 100, "9" * 20])
def test_a_number_that_nobody_counts_to_is_refused(number: str) -> None:
    with pytest.raises(ScenarioError, match="to count with"):
        parse_document(Source("my.yaml", f"a: {number}"))


@pytest.mark.django_db
@pytest.mark.parametrize("depth", [60, *DEPTHS])
def test_a_deep_scenario_is_refused(depth: int) -> None:
    assert number(control().call("POST", "scenarios/mine", nested(depth).encode())) == 8
    scenario = f'{{"scenario": {{"scenario": "mine", "accounts": {nested(depth)}}}}}'
    assert number(control().call("POST", "accounts", scenario.encode())) in (7, 8)


@pytest.mark.django_db
@pytest.mark.parametrize("depth", DEPTHS)
def test_a_deep_body_of_the_control_surface_is_refused(depth: int) -> None:
    made = control().new()
    account = f"accounts/{made['id']}"
    control().call("POST", f"{account}/checkpoints", {"name": "one"})
    saved = json.loads(b"".join(checkpoint_export(Checkpoint.objects.get())))
    saved["tables"]["backups.bucket"][0]["labels"] = "DEEP"
    bodies = {
        ("POST", "accounts"): '{"parameters": {"a": DEEP}}',
        ("POST", f"{account}/faults"): '{"effect": {"type": "backup-fail", "reasons": DEEP}}',
        ("POST", f"{account}/clock/advance"): '{"by": DEEP}',
        ("PUT", f"{account}/checkpoints/one"): json.dumps(saved).replace('"DEEP"', "DEEP"),
    }
    for (method, path), body in bodies.items():
        response = control().call(method, path, body.replace("DEEP", nested(depth)).encode())
        assert response.status_code == 400, (method, path, response.content)


@pytest.mark.parametrize("depth", DEPTHS)
def test_a_deep_body_of_the_api_is_refused(api: Api, bucket: Bucket, depth: int) -> None:
    app = world.make_app(api.account)
    path = f"k8s/v2/apps/{app.id}"
    detail = {"type": "a", "title": "b", "detail": "c", "additionalDetails": {"a": "DEEP"}}
    body = {"type": "application/astra-app", "version": "2.1", "stateDetails": [detail]}
    sent = json.dumps(body).replace('"DEEP"', nested(depth))
    assert number(api.call("PUT", path, sent)) in (7, 8, 10)
    assert number(api.call("POST", "k8s/v2/apps", nested(depth))) in (7, 8)


@pytest.mark.parametrize("depth", DEPTHS)
def test_a_deep_document_on_the_admin_site_is_told(person: Person, depth: int) -> None:
    for document in (nested(depth), "- " * depth + "a"):
        told = text_of(
            person.send(
                SEED, source="x", document=document, parameters="{}", _look=""
            ).content.decode()
        )
        assert "nested too deeply" in told
    for parameters in (nested(depth), "[1]", '{"a": "b"}', "NaN"):
        response = person.send(
            SEED, source="x", document="scenario: a", parameters=parameters, _look=""
        )
        assert response.status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["inf", "nan", "1e400", "9" * 5_000, "9" * 30])
def test_a_parameter_that_is_no_number_to_count_with_is_refused(text: str) -> None:
    assert number(control().call("POST", f"scenarios/large?backups={text}")) == 5


@pytest.mark.django_db
def test_a_scenario_that_comes_in_chunks_is_read(person: Person) -> None:
    text = b"scenario: chunked\naccounts:\n  - name: one\n"
    request: Any = {
        "HTTP_TRANSFER_ENCODING": "chunked",
        "CONTENT_LENGTH": "",
        "wsgi.input": io.BytesIO(text),
        "HTTP_AUTHORIZATION": f"Bearer {control().token}",
    }
    response = person.client.post("/simulator/v1/scenarios/chunked", **request)
    assert response.status_code == 201, response.content
