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

    @admin.display(description="Account", ordering="account__name")
    def account_cell(self, record: Any) -> SafeString | str:
        """The account, linked."""
        return cells.record_link(record.account)

    @admin.display(description="Created", ordering="created_at")
    def created_cell(self, record: Any) -> SafeString | str:
        """When it was created, by the account's clock."""
        return cells.instant(record.created_at)

    @admin.display(description="State", ordering="state")
    def state_cell(self, record: Any) -> SafeString | str:
        """The state as a badge."""
        return cells.state_badge(record.state)

    @admin.display(description="ID")
    def id_cell(self, record: Any) -> SafeString:
        """The identifier, in full."""
        return cells.identifier(record.pk)

    @admin.display(description="Labels")
    def labels_cell(self, record: Any) -> SafeString | str:
        """The labels as badges."""
        labels = record.labels
        if not labels:
            return cells.NOTHING
        return cells.in_line(*(cells.badge(f"{each['name']}={each['value']}") for each in labels))
