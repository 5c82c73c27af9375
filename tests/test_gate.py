"""The gate says so where it cannot look: it never passes what it has not judged."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_the_gate_fails_without_the_published_document(tmp_path: Path) -> None:
    done = subprocess.run(
        ["bash", ".ci/run"],
        cwd=ROOT,
        env=os.environ | {"ASTRA_REFERENCE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 1
    assert "ASTRA_REFERENCE_DIR" in done.stderr
    assert done.stdout == ""


def test_the_gate_counts_what_the_tests_cover() -> None:
    plan = subprocess.run(
        ["make", "--dry-run", "check"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert plan.stdout.count("-m pytest") == 1
    assert "--cov " in plan.stdout
