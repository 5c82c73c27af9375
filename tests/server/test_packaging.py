"""Makefile, image and compose file: they start the service by the same commands."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands, load_command_class

from docs import licences
from tests.server.service import ROOT


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    document = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    services: dict[str, Any] = document["services"]
    return services


def test_make_alone_lists_the_targets() -> None:
    result = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = [line.split()[1] for line in result.stdout.splitlines()]
    assert set(listed) >= {"run", "test", "check", "bench", "fmt", "clean"}
    assert "python3-venv" not in listed


@pytest.mark.parametrize("code", [0, 1])
def test_make_says_how_far_the_installation_is(tmp_path: Path, code: int) -> None:
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text(
        "#!/bin/sh\n"
        'case "$*" in\n'
        "  *works*) echo works ;;\n"
        "  *install*)\n"
        "    for n in $(seq 25); do echo Collecting package-$n; echo Downloading; done\n"
        "    echo Installing collected packages: many\n"
        f"    [ {code} = 0 ] || {{ echo ERROR: no space left >&2; exit 1; }} ;;\n"
        "esac\n"
    )
    python.chmod(0o755)
    (tmp_path / "venv.stamp").touch()
    command = ["make", f"VENV={tmp_path}", f"{tmp_path}/run.stamp"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    total = len(licences.pinned(ROOT / "requirements.in"))
    lines = [
        "Installing the requirements",
        f"  10 of {total}: package-10",
        f"  20 of {total}: package-20",
        "  unpacking 25 packages",
    ]
    assert result.stdout.splitlines()[:4] == lines
    assert (tmp_path / "run.stamp").exists() is (code == 0)
    assert result.returncode == (2 if code else 0)
    assert ("ERROR: no space left" in result.stdout) is (code == 1)


def test_every_service_has_a_health_check_or_ends_by_itself(services: dict[str, Any]) -> None:
    assert set(services) == {"database", "prepare", "web", "worker"}
    for name in ("database", "web", "worker"):
        assert services[name]["healthcheck"]["test"][0] == "CMD"
        assert services[name]["restart"] == "unless-stopped"
    for name in ("web", "worker"):
        assert "/simulator/v1/ready" in services[name]["healthcheck"]["test"][-1]


def test_services_share_database_data_and_image(services: dict[str, Any]) -> None:
    for name in ("prepare", "web", "worker"):
        service = services[name]
        assert service["init"] is True
        assert service["volumes"] == ["data:/var/lib/astra"]
        assert service["environment"]["DATABASE_URL"].startswith("postgresql://")
        assert service["environment"]["ASTRA_DATA_DIR"] == "/var/lib/astra"
    assert services["database"]["image"] == "postgres:18"


def test_nothing_serves_before_the_database_is_prepared(services: dict[str, Any]) -> None:
    for name in ("web", "worker"):
        condition = services[name]["depends_on"]["prepare"]["condition"]
        assert condition == "service_completed_successfully"
    assert services["prepare"]["depends_on"]["database"]["condition"] == "service_healthy"


def test_the_database_is_reachable_from_the_containers_alone(services: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:8000:8000", "127.0.0.1:8443:8443"]}


def test_every_command_of_the_containers_exists(services: dict[str, Any]) -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert 'CMD ["python", "manage.py", "serve"]' in dockerfile
    for name in ("prepare", "web", "worker"):
        python, manage, command, *arguments = services[name]["command"]
        assert (python, manage) == ("python", "manage.py")
        module = load_command_class(get_commands()[command], command)
        module.create_parser(manage, command).parse_args(arguments)


def test_the_image_does_not_run_as_root() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert "USER astra" in lines
    assert lines.index("USER astra") < lines.index("RUN make .venv/run.stamp")


@pytest.mark.parametrize("pins", sorted(ROOT.glob("requirements*.in")), ids=lambda path: path.name)
def test_what_is_pinned_is_installed_by_its_hashes(pins: Path) -> None:
    compiled = pins.with_suffix(".txt").read_text()
    # `make requirements` writes it, wherever the packages come from.
    assert "://" not in compiled
    entries = [entry.split() for entry in compiled.replace("\\\n", " ").splitlines() if entry]
    assert all(hashes and set(map(len, hashes)) == {len(hashes[0])} for _, *hashes in entries)
    assert all(each.startswith("--hash=sha256:") for _, *hashes in entries for each in hashes)
    told = [re.sub(r"\[.*\]", "", name).lower().replace("_", "-") for name, *_ in entries]
    wanted = [str(each).lower().replace("_", "-") for each in licences.pinned(pins)]
    assert sorted(told) == sorted(wanted)


def test_the_page_of_licences_names_every_package() -> None:
    # What a platform installs says its licence in its own words; the names are the same.
    page = licences.PAGE.read_text()
    for pins in licences.PINS:
        for requirement in licences.pinned(ROOT / pins):
            assert f"\n| {requirement.name} | " in page
    assert "not said" not in page
