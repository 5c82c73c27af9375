"""The page on fault rules says what the code does."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from astra.faults.effects.registered import EFFECTS
from astra.faults.management.commands.faults import effects_table, written
from astra.faults.serializers import criteria

PAGE = settings.BASE_DIR / "docs/faults.md"


def test_the_page_is_up_to_date() -> None:
    text = PAGE.read_text()
    assert effects_table() in text
    assert written(text) == text, "write it by: python manage.py faults page"


def test_a_stale_page_is_rewritten(tmp_path: Path) -> None:
    page = tmp_path / "faults.md"
    page.write_text(PAGE.read_text().replace("| `truncate` |", "| `cut` |"))
    call_command("faults", "page", "--file", str(page))
    assert page.read_text() == PAGE.read_text()


@pytest.mark.parametrize("name", EFFECTS)
def test_every_parameter_of_an_effect_is_explained(name: str) -> None:
    effect = EFFECTS[name]
    assert set(effect.explained) == effect.parameters.members()


def test_every_criterion_is_explained() -> None:
    text = PAGE.read_text()
    assert [name for name in criteria() if f"\n| `{name}` |" not in text] == []
