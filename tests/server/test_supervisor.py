"""What the supervisor refuses before it starts anything."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from astra.api.options import Options
from astra.server.preparation import prepare
from astra.server.supervisor import Supervisor


def test_web_alone_needs_a_database_of_its_own(
    options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with pytest.raises(CommandError, match="set DATABASE_URL"):
        Supervisor(options, only_web=True, say=print)


def test_a_database_that_does_not_answer_is_named_as_the_reason(
    options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("astra.server.preparation.connection.ensure_connection", refuse)
    with pytest.raises(CommandError, match="does not answer: connection refused"):
        prepare(options)


def test_the_command_turns_a_refusal_into_one_line(
    options: Options, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(supervisor: Supervisor) -> None:
        raise CommandError("the reason")

    settings.ASTRA = options
    monkeypatch.setattr(Supervisor, "run", refuse)
    with pytest.raises(CommandError, match="the reason"):
        call_command("serve")
