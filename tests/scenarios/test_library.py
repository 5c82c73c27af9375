"""The scenarios that come with the service, from the folders that families register."""

from pathlib import Path

import pytest

from astra.scenarios import library


def test_a_registered_folder_adds_its_scenarios(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "_folders", list(library._folders))
    before = library.names()
    (tmp_path / "another.yaml").write_text("scenario: another\ntitle: One more\naccounts: []\n")
    (tmp_path / "notes.md").write_text("Nothing to load.")
    for _ in range(2):
        library.register_library(tmp_path)
    assert library.names() == sorted([*before, "another"])
    assert library.described("another").title == "One more"


def test_each_shipped_scenario_comes_from_one_folder() -> None:
    shipped = [path.stem for folder in library._folders for path in folder.glob("*.yaml")]
    assert sorted(shipped) == library.names()
