"""`python manage.py checkpoint save|restore|list|delete|export|import`."""

import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import CommandParser

from astra.accounts.commands import ControlCommand
from astra.isolation.bodies import checkpoint_document
from astra.isolation.checkpoints import (
    checkpoint_delete,
    checkpoint_of,
    checkpoint_restore,
    checkpoint_save,
)
from astra.isolation.files import checkpoint_export, checkpoint_import
from astra.isolation.models import Checkpoint


class Command(ControlCommand):
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

    def do_save(self, account: uuid.UUID, name: str, **options: Any) -> Iterator[Any]:
        """Save the account's state."""
        yield checkpoint_document(checkpoint_save(account_id=account, name=name))

    def do_restore(self, account: uuid.UUID, name: str, **options: Any) -> Iterator[Any]:
        """Put the account back."""
        yield checkpoint_document(checkpoint_restore(account_id=account, name=name))

    def do_delete(self, account: uuid.UUID, name: str, **options: Any) -> None:
        """Delete one."""
        checkpoint_delete(account_id=account, name=name)

    def do_list(self, account: uuid.UUID, **options: Any) -> Iterator[Any]:
        """List those of the account."""
        checkpoints = Checkpoint.objects.filter(account_id=account)
        return map(checkpoint_document, checkpoints.order_by("saved_at", "id"))

    def do_export(self, account: uuid.UUID, name: str, file: Path, **options: Any) -> None:
        """Write one to a file."""
        checkpoint = checkpoint_of(account, name)
        if file == Path("-"):
            for part in checkpoint_export(checkpoint):
                self.stdout.write(part.decode(), ending="")
            return
        with file.open("wb") as target:
            target.writelines(checkpoint_export(checkpoint))

    def do_import(self, account: uuid.UUID, name: str, file: Path, **options: Any) -> Iterator[Any]:
        """Read one from a file."""
        document = orjson.loads(sys.stdin.buffer.read() if file == Path("-") else file.read_bytes())
        checkpoint, _ = checkpoint_import(account_id=account, name=name, document=document)
        yield checkpoint_document(checkpoint)
