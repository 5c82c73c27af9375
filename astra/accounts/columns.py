"""What the admin pages of all records of an account have in common."""

from typing import Any, TypeVar

from django.contrib import admin
from django.db.models import Model
from django.utils.safestring import SafeString

from astra.adminsite import cells
from astra.adminsite.records import RecordAdmin

M = TypeVar("M", bound=Model)


class AccountColumns(RecordAdmin[M]):
    """Pages with the cells account, creation, state, id, labels."""

    account_cell = cells.column(
        "Account", lambda record: cells.record_link(record.account), ordering="account__name"
    )
    created_cell = cells.instant_column("Created", "created_at", ordering="created_at")
    state_cell = cells.column(
        "State", lambda record: cells.state_badge(record.state), ordering="state"
    )
    id_cell = cells.column("ID", lambda record: cells.identifier(record.pk))

    @admin.display(description="Labels")
    def labels_cell(self, record: Any) -> SafeString | str:
        labels = record.labels
        if not labels:
            return cells.NOTHING
        return cells.in_line(*(cells.badge(f"{each['name']}={each['value']}") for each in labels))
