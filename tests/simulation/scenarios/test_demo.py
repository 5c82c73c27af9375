"""The scenario `demo`: each of its promises."""

import pytest
from django.core.management import call_command

from backups.lifecycle import APP_BACKUP
from backups.models import AppBackup

pytestmark = pytest.mark.django_db


def test_the_main_account_has_a_backup_in_every_state() -> None:
    call_command("seed", "demo", verbosity=0)
    states = AppBackup.objects.filter(account__name="main").values_list("state", flat=True)
    assert set(states) == set(APP_BACKUP.states)
