"""`docs/scenarios.md` says what is so."""

import re
from pathlib import Path

import pytest

from astra.scenarios.documents import Source
from astra.scenarios.errors import ScenarioError
from astra.scenarios.library import names
from astra.scenarios.loading import load_scenario
from backups.models import AppBackup
from tests.scenarios import seeded

pytestmark = pytest.mark.django_db

PAGE = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text()


def block(language: str) -> str:
    found = re.search(f"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def test_its_document_can_be_loaded() -> None:
    seeded.load_text(block("yaml"))
    states = dict(AppBackup.objects.values_list("name", "state"))
    assert states == {
        "nightly": "completed",
        "release": "completed",
        "broken": "failed",
        "stuck": "running",
        "about-to-fail": "running",
    }
    seeded.check_history()
    seeded.check_buckets()


def test_its_error_is_what_is_said() -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(Source("my-world.yaml", block("yaml").replace("generic-s3", "floppy")))
    said = re.search(r"^my-world.yaml:\d+: .*$", PAGE, re.MULTILINE)
    assert said is not None
    assert str(caught.value) == said[0]


def test_it_names_the_scenarios_there_are() -> None:
    assert sorted(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == names()
