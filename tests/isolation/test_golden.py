"""A file of each version of the format that was ever written is read, and shows the same.

When the format gets a new version, add a file that the last release of the old one has written
(`manage.py checkpoint export`) with the pages it showed; never change the ones that are here.
"""

import hashlib
import json
import re
import uuid
from pathlib import Path
from typing import Any

import pytest

from astra.accounts.models import Account, User
from astra.isolation.files import checkpoint_export, checkpoint_import
from astra.isolation.formats import FORMAT_VERSION, STEPS, CheckpointError, present
from tests import world
from tests.conftest import Api
from tests.isolation.test_checkpoints import pages

FOLDER = Path(__file__).with_name("golden")
FILES = sorted(FOLDER.glob("checkpoint-v*.json"))


def test_each_version_has_a_file_and_a_step_to_the_next() -> None:
    versions = {json.loads(file.read_bytes())["formatVersion"] for file in FILES}
    assert versions == set(range(1, FORMAT_VERSION + 1))
    assert set(STEPS) == set(range(1, FORMAT_VERSION))


@pytest.mark.django_db
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_old_file_shows_what_it_showed(file: Path) -> None:
    document = json.loads(file.read_bytes())
    account_id = uuid.UUID(document["accountID"])
    checkpoint, is_new = checkpoint_import(account_id=account_id, name="old", document=document)
    assert is_new
    owner = User.objects.get(account_id=account_id, email="owner@example.com")
    api = Api(Account.objects.get(id=account_id), world.make_token(owner))
    expected = json.loads((FOLDER / file.name.replace("checkpoint", "pages")).read_bytes())
    assert [_then(*page) for page in pages(api)] == expected
    again = json.loads(b"".join(checkpoint_export(checkpoint)))
    assert again["formatVersion"] == FORMAT_VERSION


# What apps say since.
LATER = re.compile(r',{"rel":"related","href":"[^"]+","type":"[^"]+","title":"replication",[^}]+}}')


def _then(status: int, text: bytes, tag: str) -> list[Any]:
    """Return a page as it was before it said what was added later."""
    body, added = LATER.subn("", text.decode())
    digest = hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()
    return [status, body, f'"{digest}"' if added else tag]


def test_the_ids_that_an_old_rule_is_about_come_together() -> None:
    account_id, app_id = str(uuid.uuid4()), str(uuid.uuid4())
    row = {"id": "x", "hits": 0, "account_id": account_id, "app_id": app_id, "bucket_id": None}
    found = present(1, "simulation.faultrule", [row])
    assert found is not None
    item, [after] = found
    assert item.label == "faults.faultrule"
    assert after["about"] == {"app": app_id}
    assert after["account_id"] == account_id


def test_what_is_no_row_of_an_old_file_is_refused() -> None:
    with pytest.raises(CheckpointError, match="must be an object"):
        present(1, "simulation.faultrule", ["x"])  # type: ignore[list-item]
