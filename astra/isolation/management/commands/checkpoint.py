"""`python manage.py checkpoint save|restore|list|delete|export|import`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from astra.accounts.commands import AccountId, ControlCommand
from astra.api.media import parse_json
from astra.isolation.bodies import checkpoint_document
from astra.isolation.checkpoints import (
    checkpoint_delete,
    checkpoint_of,
    checkpoint_restore,
    checkpoint_save,
)
from astra.isolation.files import checkpoint_export, checkpoint_import
from astra.isolation.models import Checkpoint

_File = Annotated[Path, {"help": "- for standard output or input"}]


class Command(ControlCommand):
    """Save, restore, export and import the complete state of an account."""

    help = "Save, restore, export and import the complete state of an account."

    def do_save(self, account: AccountId, name: str) -> Iterator[Any]:
        """Save an account's state under a name."""
        yield checkpoint_document(checkpoint_save(account_id=account, name=name))

    def do_restore(self, account: AccountId, name: str) -> Iterator[Any]:
        """Put an account back to what was saved."""
        yield checkpoint_document(checkpoint_restore(account_id=account, name=name))

    def do_delete(self, account: AccountId, name: str) -> None:
        """Delete a checkpoint."""
        checkpoint_delete(account_id=account, name=name)

    def do_list(self, account: AccountId) -> Iterator[Any]:
        """List the checkpoints of an account, a line of JSON each."""
        checkpoints = Checkpoint.objects.filter(account_id=account)
        return map(checkpoint_document, checkpoints.order_by("saved_at", "id"))

    def do_export(self, account: AccountId, name: str, file: _File) -> None:
        """Write a checkpoint to a file."""
        checkpoint = checkpoint_of(account, name)
        if file == Path("-"):
            for part in checkpoint_export(checkpoint):
                self.stdout.write(part.decode(), ending="")
            return
        with file.open("wb") as target:
            target.writelines(checkpoint_export(checkpoint))

    def do_import(self, account: AccountId, name: str, file: _File) -> Iterator[Any]:
        """Read a checkpoint from a file; make the account if it is not there."""
        text = sys.stdin.buffer.read() if file == Path("-") else file.read_bytes()
        document = parse_json(text)
        checkpoint, _ = checkpoint_import(account_id=account, name=name, document=document)
        yield checkpoint_document(checkpoint)
