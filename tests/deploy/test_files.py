"""The files of `deploy/`: each value has a place, what reads them takes them, and they say what is so."""

import configparser
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Any

import pytest
import yaml
from django.core.management import get_commands
from django.urls import resolve

from astra.api.options import PREFIX, unknown_variables
from astra.api.problems import RETRY_AFTER_SECONDS, SERVICE_UNAVAILABLE
from deploy.manifests import DEPLOY, FOLDER, faults, files, manifests
from deploy.rendering import FILES, example, rendered

HAPROXY = shutil.which("haproxy", path="/usr/sbin:/usr/bin:/usr/local/bin")
MANIFESTS = {f"{each['kind']} {each['metadata']['name']}": each for each in manifests()}
PATRONI = yaml.safe_load(rendered("patroni.yml", example()))


def pods() -> Iterator[dict[str, Any]]:
    for manifest in MANIFESTS.values():
        if "template" in manifest.get("spec", {}):
            yield manifest["spec"]["template"]["spec"]


def containers() -> list[dict[str, Any]]:
    return [each for pod in pods() for each in (*pod["containers"], *pod.get("initContainers", []))]


@pytest.mark.parametrize("name", MANIFESTS)
def test_kubernetes_takes_each_manifest(name: str) -> None:
    assert faults(MANIFESTS[name]) == []


def test_it_takes_no_member_that_it_does_not_know() -> None:
    wrong = {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replcas": 2}}
    assert len(faults(wrong)) > 1
    assert faults({"apiVersion": "v2", "kind": "Service"}) == ["no schema of v2 Service"]


def test_every_manifest_is_applied() -> None:
    assert sorted(each.name for each in FOLDER.iterdir()) == sorted(
        [*files(), "kustomization.yaml"]
    )


def test_every_setting_is_one_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    named = {
        name: text
        for kind, members in (("ConfigMap", "data"), ("Secret", "stringData"))
        for name, text in MANIFESTS[f"{kind} astra-simulator"][members].items()
    }
    for name in named:
        if name.startswith(PREFIX):
            monkeypatch.setenv(name, "x")
    assert unknown_variables() == []
    assert "DATABASE_URL" in named
    # What is made at first start where it is not given: each host would make its own.
    assert {f"{PREFIX}{name}" for name in ("SECRET_KEY", "CONTROL_TOKEN", "ADMIN_PASSWORD")} <= {
        *named
    }


def test_every_command_and_probe_is_there() -> None:
    for container in containers():
        (command,) = re.findall(r"manage\.py (\w+)", " ".join(container["command"]))
        assert command in get_commands()
        for probe in ("readinessProbe", "livenessProbe", "startupProbe"):
            if probe in container:
                assert resolve(container[probe]["httpGet"]["path"]).url_name == "health"


def test_no_container_may_more_than_it_needs() -> None:
    for pod in pods():
        assert pod["securityContext"]["runAsNonRoot"]
        assert not pod["automountServiceAccountToken"]
    for container in containers():
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


def test_each_value_of_the_example_is_used_and_none_is_missing() -> None:
    used = set(re.findall(r"\$(\w+)", (DEPLOY / "create-database.sh").read_text()))
    for name in FILES:
        used |= set(Template((DEPLOY / name).read_text()).get_identifiers())
    assert used - {"1"} == example().keys()


def test_what_the_load_balancer_refuses_is_a_problem_of_the_catalogue() -> None:
    head, _, body = (DEPLOY / "503.http").read_bytes().partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {SERVICE_UNAVAILABLE.status} ".encode())
    assert f"Retry-After: {RETRY_AFTER_SECONDS}\r\n".encode() in head
    assert f"Content-Length: {len(body)}\r\n".encode() in head
    problem = json.loads(body)
    assert problem["type"] == SERVICE_UNAVAILABLE.uri
    assert problem["detail"] == SERVICE_UNAVAILABLE.detail
    assert problem["status"] == str(SERVICE_UNAVAILABLE.status)


def test_the_primary_waits_for_the_replica_and_nobody_else_takes_over() -> None:
    settings = PATRONI["bootstrap"]["dcs"]
    assert settings["synchronous_mode"] is True
    # Of Patroni's documentation: so long the primary tries, before it gives up its lock.
    assert settings["loop_wait"] + 2 * settings["retry_timeout"] <= settings["ttl"]
    assert settings["postgresql"]["parameters"]["timezone"] == "UTC"


def test_a_call_is_told_by_the_pooler_before_it_gives_up() -> None:
    config = configparser.ConfigParser(interpolation=None)
    config.read_string(rendered("pgbouncer.ini", example()))
    assert float(config["pgbouncer"]["query_wait_timeout"]) < 10
    modes = {
        name: re.findall(r"pool_mode=(\w+)", value) for name, value in config["databases"].items()
    }
    assert modes == {"astra": ["transaction"], "astra_session": ["session"]}


@pytest.mark.skipif(HAPROXY is None, reason="HAProxy is not installed")
def test_haproxy_takes_its_file(tmp_path: Path) -> None:
    values = example() | {"DEPLOY": str(DEPLOY), "HAPROXY_SOCKET": str(tmp_path / "socket")}
    path = tmp_path / "haproxy.cfg"
    path.write_text(rendered("haproxy.cfg", values))
    checked = subprocess.run(
        [str(HAPROXY), "-c", "-f", str(path)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
    assert "WARNING" not in checked.stderr
