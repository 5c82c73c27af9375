"""`python manage.py checkpoint save|restore|list|delete|export|import`."""

import sys
import uuid
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser

from astra.isolation.bodies import checkpoint_document
from astra.isolation.checkpoints import (
    CheckpointExistsError,
    UnknownCheckpointError,
    checkpoint_delete,
    checkpoint_of,
    checkpoint_restore,
    checkpoint_save,
)
from astra.isolation.files import checkpoint_export, checkpoint_import
from astra.isolation.formats import CheckpointError
from astra.isolation.holding import (
    AccountAdvancingError,
    AccountBusyError,
    UnknownAccountError,
)
from astra.isolation.models import Checkpoint

_ERRORS = (
    UnknownAccountError,
    UnknownCheckpointError,
    CheckpointExistsError,
    CheckpointError,
    AccountAdvancingError,
    AccountBusyError,
    orjson.JSONDecodeError,
    OSError,
)


class Command(BaseCommand):
    """Save, restore, export and import the complete state of an account."""

    help = "Save, restore, export and import the complete state of an account."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add a subcommand for each."""
        commands = parser.add_subparsers(dest="command", required=True)
        for name, text in (
            ("save", "save an account's state under a name"),
            ("restore", "put an account back to what was saved"),
            ("delete", "delete a checkpoint"),
            ("export", "write a checkpoint to a file"),
            ("import", "read a checkpoint from a file; makes the account if it is not there"),
            ("list", "list the checkpoints of an account, a line of JSON each"),
        ):
            command = commands.add_parser(name, help=text)
            command.add_argument("account", type=uuid.UUID)
            if name != "list":
                command.add_argument("name")
            if name in ("export", "import"):
                command.add_argument("file", type=Path, help="- for standard output or input")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        try:
            getattr(self, f"_{options['command']}")(**options)
        except _ERRORS as error:
            raise CommandError(str(error)) from error

    def _save(self, account: uuid.UUID, name: str, **options: Any) -> None:
        self._print(checkpoint_save(account_id=account, name=name))

    def _restore(self, account: uuid.UUID, name: str, **options: Any) -> None:
        self._print(checkpoint_restore(account_id=account, name=name))

    def _delete(self, account: uuid.UUID, name: str, **options: Any) -> None:
        checkpoint_delete(account_id=account, name=name)

    def _list(self, account: uuid.UUID, **options: Any) -> None:
        for checkpoint in Checkpoint.objects.filter(account_id=account).order_by("saved_at", "id"):
            self._print(checkpoint)

    def _export(self, account: uuid.UUID, name: str, file: Path, **options: Any) -> None:
        checkpoint = checkpoint_of(account, name)
        if file == Path("-"):
            for part in checkpoint_export(checkpoint):
                self.stdout.write(part.decode(), ending="")
            return
        with file.open("wb") as target:
            target.writelines(checkpoint_export(checkpoint))

    def _import(self, account: uuid.UUID, name: str, file: Path, **options: Any) -> None:
        text = sys.stdin.buffer.read() if file == Path("-") else file.read_bytes()
        document = orjson.loads(text)
        checkpoint, _ = checkpoint_import(account_id=account, name=name, document=document)
        self._print(checkpoint)

    def _print(self, checkpoint: Checkpoint) -> None:
        self.stdout.write(orjson.dumps(checkpoint_document(checkpoint)).decode())
