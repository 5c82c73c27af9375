"""`astra-simulator capture` and `account export-scenario`."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import urllib3
import yaml
from click.testing import CliRunner

from astra.kit.access import Access
from astra.kit.capture import reading
from astra.kit.capture.reading import Reader
from astra.kit.client import Simulator
from astra.kit.commands import captures
from astra.kit.commands.main import main
from astra.kit.errors import ProblemError
from astra.kit.serving import Address


@pytest.mark.server
def test_the_command_writes_a_scenario_of_the_account_in_the_configuration(
    astra_account: Access, astra_simulator: Simulator, tmp_path: Path
) -> None:
    config, output = tmp_path / "config.yaml", tmp_path / "My Estate.yaml"
    astra_account.write_config(config)
    words = ["capture", "--config", str(config), "-o", str(output), "--per-second", "1000"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert "users" in done.stderr
    assert "  secrets of credentials, tokens, licence files: " in done.output
    text = output.read_text()
    assert text.startswith("# Captured by GETs alone.")
    scenario = yaml.safe_load(text)
    assert scenario["scenario"] == "my-estate"
    assert {app["name"] for app in scenario["accounts"][0]["apps"]} == {"web-shop", "orders-db"}
    assert not output.with_name("My Estate.yaml.part").exists()
    methods = {each.method for each in astra_account.controls.journal.search(limit=500).items}
    assert methods == {"GET"}
    # Here it makes an account.
    made = astra_simulator.accounts.new(scenario)
    astra_simulator.accounts.delete(made.id)


@pytest.mark.server
def test_an_account_of_the_service_is_exported(
    astra_account: Access, astra_service: Address, tmp_path: Path
) -> None:
    def users() -> Any:
        url = f"{astra_account.url}/core/v1/users"
        owner = urllib3.request("GET", url, headers=astra_account.headers).json()["items"][0]["id"]
        tokens = f"{url}/{owner}/tokens"
        return urllib3.request("GET", tokens, headers=astra_account.headers).json()["items"]

    before = users()
    output = tmp_path / "estate.yaml"
    options = ("--url", astra_service.url, "--token", astra_service.control_token)
    words = ("account", "export-scenario", astra_account.id, "-o", str(output), "--json", *options)
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    now = astra_account.controls.clock.read().now
    assert datetime.fromisoformat(told["at"]) == now
    assert told["read"]["apps"] == 2
    assert yaml.safe_load(output.read_text())["accounts"][0]["id"] == astra_account.id
    # The token that it was read with is gone.
    assert users() == before


@pytest.mark.server
def test_a_token_that_is_not_good_ends_it(astra_account: Access, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    wrong = astra_account.config() | {"headers": {"Authorization": "Bearer wrong"}}
    config.write_text(json.dumps(wrong))
    words = ["capture", "--config", str(config), "-o", str(tmp_path / "x.yaml"), "--json"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: 401 (problem 4): ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "config.yaml: no such file or directory"),
        ("a: [", "config.yaml is no YAML"),
        ("uid: x", "is no client configuration: it has headers, uid and astra_project"),
        ("- 1", "is no client configuration"),
    ],
)
def test_what_is_no_configuration_is_said_in_one_line(
    text: str | None, said: str, tmp_path: Path
) -> None:
    config = tmp_path / "config.yaml"
    if text is not None:
        config.write_text(text)
    words = ["capture", "--config", str(config), "-o", str(tmp_path / "x.yaml")]
    done = CliRunner().invoke(main, words)
    assert (done.exit_code, len(done.output.splitlines())) == (1, 1)
    assert said in done.output


def test_it_asks_no_faster_than_it_may_and_again_when_it_should(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slept: list[float] = []
    now = [100.0]

    def sleep(seconds: float) -> None:
        slept.append(round(seconds, 3))
        now[0] += seconds

    answers = iter(((503, {"Retry-After": "7"}), (200, {}), (200, {}), (404, {})))

    def request(*words: Any, **options: Any) -> Any:
        status, headers = next(answers)
        return urllib3.HTTPResponse(body=b'{"items": []}', status=status, headers=headers)

    monkeypatch.setattr(reading, "sleep", sleep)
    monkeypatch.setattr(reading, "monotonic", lambda: now[0])
    reader = Reader("https://one", {}, per_second=4)
    monkeypatch.setattr(reader._pool, "request", request)
    reader.items("a")
    reader.items("b")
    with pytest.raises(ProblemError):
        reader.items("c")
    assert slept == [7.0, 0.25, 0.25]


def test_a_host_without_a_dot_is_one_of_the_service(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    for host, url in (
        ("mine", "https://mine.astra.netapp.io"),
        ("127.0.0.1:8443", "https://127.0.0.1:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
    ):
        document = {"astra_project": host, "uid": "x", "headers": {}}
        config.write_text(json.dumps(document))
        assert captures._config(config)[0] == url
