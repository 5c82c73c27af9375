"""Why a task failed is its detail: a title has at most 40 characters."""

from importlib import import_module

from django.db.migrations import Migration as Base
from django.db.migrations import RunSQL

_TASK = import_module("notices.migrations.0001_initial").TASK.strip()
_BEFORE, _AFTER = "'title', job.reason", "'title', 'Task failed'"
assert _TASK.count(_BEFORE) == 1
_REPLACE = _TASK.replace("CREATE VIEW", "CREATE OR REPLACE VIEW", 1)


class Migration(Base):
    dependencies = [("notices", "0002_views")]

    operations = [RunSQL(_REPLACE.replace(_BEFORE, _AFTER), _REPLACE)]
