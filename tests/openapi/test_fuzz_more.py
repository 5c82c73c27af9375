"""What is not in the documents of the API: the control surface, checkpoint files, YAML."""

import json
import os
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import GenerationMode

from astra.accounts.models import Account
from astra.api.control import control_token
from astra.isolation.accounts import AccountWanted, account_new
from astra.isolation.checkpoints import checkpoint_of, checkpoint_save
from astra.isolation.files import checkpoint_export
from astra.scenarios.documents import Source
from astra.scenarios.errors import ScenarioError
from astra.scenarios.library import read_library
from astra.scenarios.loading import preview
from tests.conftest import Api
from tests.isolation.control import control
from tests.openapi.fuzzing import Fuzzer, readable
from tests.openapi.mutating import changed, fuzzed, scribbled
from tests.openapi.test_fuzz import EXAMPLES, _one_transaction

__all__ = ["_one_transaction"]

pytestmark = pytest.mark.fuzz
STILL = {"mode": "manual", "at": "2026-01-05T12:00:00Z"}
PAGES = ("k8s/v2/apps", "topology/v1/appBackups", "topology/v1/buckets", "core/v1/users")


@pytest.fixture
def made(db: None) -> Api:
    new = account_new(AccountWanted(clock=STILL))
    return Api(Account.objects.get(id=new.account.id), new.token)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
def test_the_control_surface_answers_whatever_it_is_asked(
    document: Any, mode: GenerationMode, made: Api, capsys: Any
) -> None:
    # Without a worker nothing is ready.
    paths = {
        path: each
        for path, each in document["paths"].items()
        if "/simulator/" in path and not path.endswith("/ready")
    }
    checkpoint_save(account_id=made.account.id, name="saved")
    ids = {"account_id": [str(made.account.id)], "name": ["saved", "empty"]}
    fuzzer = Fuzzer(
        readable(document | {"paths": paths}), ids=ids, token=control_token(settings.ASTRA)
    )
    found = [each for each in fuzzer.run(mode, examples=EXAMPLES) if each.endswith("a failure")]
    if "ASTRA_FUZZ_EXAMPLES" in os.environ:
        with capsys.disabled():
            print(f"\ncontrol, {mode.value}: {fuzzer.summary()}")  # noqa: T201
    assert fuzzer.reached
    assert found == [], "\n".join(found)


@given(st.data())
@fuzzed(EXAMPLES * 10)
def test_a_checkpoint_that_is_taken_works(made: Api, data: st.DataObject) -> None:
    path = f"accounts/{made.account.id}"
    with transaction.atomic():
        checkpoint_save(account_id=made.account.id, name="saved")
        saved = json.loads(b"".join(checkpoint_export(checkpoint_of(made.account.id, "saved"))))
        answer = control().call("PUT", f"{path}/checkpoints/in", changed(data, saved))
        assert answer.status_code < 500, answer.content
        if answer.status_code in (200, 201):
            for call in ("checkpoints/in/restore", "clock/advance", "reset"):
                body = {"by": "PT30H"} if call == "clock/advance" else None
                answer = control().call("POST", f"{path}/{call}", body)
                # An account whose clock was not manual in the file cannot be moved.
                assert answer.status_code in (200, 202, 409), (call, answer.content)
                for page in PAGES:
                    answer = Api(made.account, made.token).get(page)
                    assert answer.status_code < 500, (call, page, answer.content)
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("scenario", ["demo", "failures"])
def test_a_scenario_is_read_or_refused(scenario: str) -> None:
    text = read_library(scenario).text
    assert isinstance(text, bytes)
    outcomes = set()

    @given(st.data())
    @fuzzed(EXAMPLES * 10)
    def read(data: st.DataObject) -> None:
        try:
            preview(Source("my.yaml", scribbled(data, text.decode())))
            outcomes.add("read")
        except ScenarioError as error:
            outcomes.add(str(error))

    read()
    assert len(outcomes) > 1
