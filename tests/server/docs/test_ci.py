"""The snippets of `docs/ci.md` are run as they stand, against one service."""

from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from astra.kit import serving
from astra.kit.serving import Address
from tests.server.docs.conftest import Terminal
from tests.server.docs.pages import blocks
from tests.server.docs.test_action import ACTION
from tests.server.service import ROOT, SHARED

PAGE = "docs/ci.md"
pytestmark = [pytest.mark.server, SHARED]
GITHUB, GITLAB = (yaml.safe_load(block) for block in blocks(PAGE, "yaml"))


def test_the_steps_for_github_run(terminal: Terminal) -> None:
    steps = GITHUB["jobs"]["backup"]["steps"]
    used = [step["uses"].partition("@")[0] for step in steps if "uses" in step]
    assert used == ["actions/checkout", "actions/setup-python", "your-organisation/astra-simulator"]
    [ours] = [step for step in steps if step.get("id") == "astra"]
    assert set(ours["with"]) <= set(ACTION["inputs"])
    # What the action says of itself; `tests/server/docs/test_action.py` has it say so.
    values = {"${{ steps.astra.outputs.ca }}": f"{terminal.service.data_dir}/tls/ca.pem"}
    scripts = [step for step in steps if "run" in step]
    for step in scripts:
        terminal.type(
            step["run"], **{name: values[text] for name, text in step.get("env", {}).items()}
        )
    assert len(scripts) == 3


def test_the_job_for_gitlab_runs(terminal: Terminal) -> None:
    [job] = GITLAB.values()
    assert job["variables"] == {"ASTRA_DATA_DIR": "$CI_PROJECT_DIR/astra-data"}
    # The service that the job would start is there.
    (terminal.folder / "astra-data").symlink_to(terminal.service.data_dir)
    (terminal.folder / "astra-simulator").unlink()
    variables = {
        "ASTRA_DATA_DIR": f"{terminal.folder}/astra-data",
        "ASTRA_SIMULATOR_REPOSITORY": str(ROOT),
    }
    # One shell for both, another one afterwards.
    terminal.type("\n".join([*job["before_script"], *job["script"]]), **variables)
    terminal.type("\n".join(job["after_script"]), **variables)


def test_the_shell_runs(terminal: Terminal) -> None:
    [script] = blocks(PAGE, "sh")
    (terminal.folder / "astra-data").symlink_to(terminal.service.data_dir)
    # It ends by stopping the service, which another one has stopped by then.
    stopped = script.replace("trap 'kill \"$service\"' EXIT", "trap 'kill \"$service\" || :' EXIT")
    assert stopped != script
    printed = terminal.type(stopped, ASTRA_URL="", ASTRA_CONTROL_TOKEN="", ASTRA_ACCOUNT="")
    assert "Ready: http" in printed
    assert "Deleted " in printed


def test_the_block_of_code_runs(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, with_docker = blocks(PAGE, "python")
    # That one is started and stopped, `tests/kit/test_serving.py` has; the one that is there will do.
    there = SimpleNamespace(
        address=Address(terminal.service.url, terminal.variables["ASTRA_CONTROL_TOKEN"])
    )
    monkeypatch.setattr(serving, "TemporaryService", lambda: nullcontext(there))
    exec(ours, {})
    assert capsys.readouterr().out == "200\n"
    # There is no Docker here.
    compile(with_docker, PAGE, "exec")


def test_the_table_of_the_action_names_its_inputs_and_outputs() -> None:
    text: Any = (ROOT / PAGE).read_text()
    table = text[text.index("| input |") : text.index("Later steps have")]
    for name in (*ACTION["inputs"], *ACTION["outputs"]):
        assert f"`{name}`" in table
