"""A journal as a shell script."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from backups.models import App, AppBackup, Bucket
from tests import world
from tests.conftest import BACKUP, Api, invalid, number
from tests.control import Control
from tests.journal.conftest import Journal

BUCKETS = "topology/v1/buckets"
ODD = 'it\'s $HOME `id` "quoted" \\ %s \N{SNOWMAN}\n@file'


def run(script: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-s"], input=script, env={"PATH": "/usr/bin:/bin"} | environ, text=True,
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip


def test_it_says_what_it_is_and_is_valid_shell(api: Api, journal: Journal, tmp_path: Path) -> None:
    api.get(BUCKETS)
    api.call("POST", BUCKETS, ODD, User_Agent=ODD.replace("\n", " "))
    api.get(f"{BUCKETS}?filter=name eq '{{x}}'&y=$(id)")
    api.get("nowhere/it's%20`here`/$HOME")
    api.call("PATCH", BUCKETS)
    api.call("HEAD", BUCKETS, "{}")
    api.post(BUCKETS, {"name": "x" * 100_000})
    script = journal.script()
    assert script.startswith("#!/bin/sh\n")
    assert f"# The calls of the account {api.account.id}" in script
    assert "Ids are written as they were" in script
    assert script.count("\ncall '") == 6
    assert "left out, as its body is not kept as a whole" in script
    file = tmp_path / "script"
    file.write_text(script)
    subprocess.run(["sh", "-n", str(file)], check=True)
    assert (api.token or "-") not in script


def test_every_value_arrives_as_it_was(api: Api, journal: Journal, tmp_path: Path) -> None:
    """With a `curl` that prints its arguments, one per line."""
    api.call("POST", BUCKETS, ODD, content_type="text/odd", User_Agent="a 'b' $HOME")
    fake = tmp_path / "curl"
    fake.write_text('#!/bin/sh\nfor each; do printf "<%s>" "$each"; done\n')
    fake.chmod(0o755)
    result = run(journal.script(), PATH=f"{tmp_path}:/usr/bin:/bin", BASE="http://b", TOKEN="t t")
    assert result.returncode == 0
    path = f"/accounts/{api.account.id}/{BUCKETS}"
    assert result.stdout == (
        f"POST {path} was 400\n  is  <--silent><--show-error><--globoff><--path-as-is><--write-out>"
        "<%{http_code}\\n><--output></dev/null><-X><POST><-H><Authorization: Bearer t t>"
        "<-H><User-Agent: a 'b' $HOME><-H><Content-Type: text/odd>"
        f"<--data-raw><{ODD}><http://b{path}>"
    )


def test_it_wants_an_address_and_a_token(journal: Journal, db: None) -> None:
    result = run(journal.script(), BASE="http://b")
    assert result.returncode != 0
    assert "a bearer token" in result.stderr


def test_calls_without_a_good_token_have_none_again(api: Api, journal: Journal) -> None:
    Api(api.account, None).get(BUCKETS)
    Api(api.account, "some-old-token").get(BUCKETS)
    lines = [line for line in journal.script().splitlines() if line.startswith("call '")]
    assert "Authorization" not in lines[0]
    assert "'Authorization: Bearer unknown'" in lines[1]


def test_it_has_what_a_search_finds(api: Api, journal: Journal) -> None:
    api.get(BUCKETS)
    api.get("k8s/v2/apps")
    script = journal.script(path="/k8s/*")
    assert script.count("\ncall '") == 1
    for query, problem, names in (("limit=1", 6, ["limit"]), ("status=x", 5, ["status"])):
        response = journal.control.get(f"{journal.path}/script?{query}")
        assert (number(response), invalid(response)) == (problem, names)


def test_it_comes_as_a_file(api: Api, journal: Journal) -> None:
    response = journal.control.get(f"{journal.path}/script")
    name = f'attachment; filename="journal-{api.account.id}.sh"'
    assert response["Content-Disposition"] == name


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_calls_are_made_again(live_server: Any, control: Control) -> None:
    account = world.make_account()
    api = Api(account, world.make_token(world.make_user(account)))
    journal = Journal(control, account)
    app: App = world.make_app(account)
    _bucket: Bucket = world.make_bucket(account)
    backups = f"k8s/v1/apps/{app.id}/appBackups"
    api.post(backups, BACKUP | {"name": "again"})
    api.post(backups, BACKUP | {"name": "again"})
    api.get(f"{backups}?filter=name%20eq%20'again'&include=name")
    api.call("HEAD", BUCKETS)
    api.call("GET", f"/accounts/{account.id}//{BUCKETS}/", root=True)
    api.get("nowhere/caf%C3%A9%20x")
    before = journal.all()
    AppBackup.objects.all().delete()
    script = journal.script()
    control.delete(journal.path)
    result = run(script, BASE=live_server.url, TOKEN=api.token or "")
    assert (result.returncode, result.stderr) == (0, "")
    after = journal.all()
    for name in ("method", "path", "query", "operation", "requestBody", "status", "problem"):
        assert [each.get(name) for each in after] == [each.get(name) for each in before], name
    told = [line.split()[-1] for line in result.stdout.splitlines()]
    assert told[0::2] == told[1::2]
