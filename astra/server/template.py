"""An empty database with every table, kept to be copied: the next start on new data is quicker.

For whoever starts the service on new data again and again, such as tests. Nothing in it is secret
or anyone's: accounts, keys and passwords are made in the copy, as at any first start.
"""

import hashlib
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from django.apps import apps
from django.core.management import call_command

from astra.server import postgres_files
from astra.server.postgres import EmbeddedPostgres
from astra.server.postgres_files import LOCALE, MAJOR_VERSION
from astra.server.preparation import connected

# Checkouts of several versions may share a folder; each template has some 65 MB.
_KEPT = 3
_PREFIX = f"postgres-{MAJOR_VERSION}-"


def start(postgres: EmbeddedPostgres, cache_dir: Path, *, lasting: bool = True) -> None:
    """Start the server; new data come with all tables, from the template or for it.

    ``lasting``: the folder is meant to be used again, even after the machine went down.
    """
    template = cache_dir / f"{_PREFIX}{_fingerprint()}"
    is_new = not postgres.data_dir.exists()
    postgres.template = template
    postgres.start()
    if is_new and not template.exists():
        with connected():
            call_command("migrate", interactive=False, verbosity=0)
        postgres.stop()
        # Where nothing can be kept, the next start takes as long as this one.
        with suppress(OSError):
            _keep(postgres.data_dir, template, lasting=lasting)
        postgres.start()


def _keep(data_dir: Path, template: Path, *, lasting: bool) -> None:
    """Keep a copy of a stopped server's data, under its name only when it is whole."""
    template.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".", dir=template.parent) as draft:
        copy = Path(draft) / "data"
        postgres_files.copy(data_dir, copy)
        if lasting:
            os.sync()
        # Another start may have been first; then this fails, and the other copy is as good.
        copy.rename(template)
    kept = sorted(template.parent.glob(f"{_PREFIX}*"), key=lambda path: path.stat().st_ctime)
    for old in kept[:-_KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def _fingerprint() -> str:
    """Return what changes when another database would come out: with the migrations."""
    digest = hashlib.sha256(" ".join(LOCALE).encode())
    for app in apps.get_app_configs():
        for path in sorted(Path(app.path).glob("migrations/*.py")):
            digest.update(f"{app.label} {path.name}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
