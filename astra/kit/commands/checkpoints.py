"""`astra-simulator checkpoint`: saved states of an account."""

from pathlib import Path

import click

from ..errors import telling_of
from ..records import Checkpoint
from .output import instant, print_table
from .sessions import Group, Session, account_command

_name_argument = click.argument("name")
_file_argument = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.group(cls=Group)
def checkpoint() -> None:
    """Save the complete state of an account, and bring it back."""


def _print_list(checkpoints: tuple[Checkpoint, ...]) -> None:
    rows = [
        (each.name, instant(each.at), instant(each.saved_at), sum(each.rows.values()))
        for each in checkpoints
    ]
    print_table(("NAME", "AT", "SAVED", "ROWS"), rows, empty="The account has no checkpoints.")


@account_command(checkpoint, shown=lambda saved: _print_list((saved,)))
@_name_argument
def save(session: Session, name: str) -> Checkpoint:
    """Save the state under a name."""
    return session.account.checkpoints.save(name)


@account_command(checkpoint, "list", shown=_print_list)
def list_checkpoints(session: Session) -> tuple[Checkpoint, ...]:
    """List the checkpoints, oldest first."""
    return session.account.checkpoints.list()


@account_command(checkpoint, shown=lambda told: click.echo(f"Restored {told['restored']}."))
@_name_argument
def restore(session: Session, name: str) -> dict[str, str]:
    """Bring a saved state back exactly."""
    session.account.checkpoints.restore(name)
    return {"restored": name}


@account_command(checkpoint, shown=lambda told: click.echo(f"Deleted {told['deleted']}."))
@_name_argument
def delete(session: Session, name: str) -> dict[str, str]:
    """Delete a checkpoint; the account stays as it is."""
    session.account.checkpoints.delete(name)
    return {"deleted": name}


@account_command(checkpoint, shown=lambda told: click.echo(f"Written: {told['file']}"))
@_name_argument
@_file_argument
def export(session: Session, name: str, file: Path) -> dict[str, str]:
    """Write a checkpoint to a file.

    It has the hashes of the account's tokens: treat it like them.
    """
    data = session.account.checkpoints.export(name)
    with telling_of(file):
        file.touch(mode=0o600)
        file.write_bytes(data)
    return {"file": str(file)}


@account_command(checkpoint, "import", shown=lambda made: _print_list((made,)))
@_name_argument
@_file_argument
def import_checkpoint(session: Session, name: str, file: Path) -> Checkpoint:
    """Read an exported file, into the account that it came from."""
    with telling_of(file):
        data = file.read_bytes()
    return session.account.checkpoints.import_(name, data)
