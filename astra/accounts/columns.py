"""What the admin pages of all records of an account have in common."""

from typing import Any, TypeVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.safestring import SafeString

from astra.accounts import switching
from astra.accounts.models import Account
from astra.adminsite import cells
from astra.adminsite.records import RecordAdmin
from astra.api.patterns import parse_identifier

M = TypeVar("M", bound=Model)
# How the address of a list says that it shows those of one account.
_NARROWED = "account__id__exact"


class AccountColumns(RecordAdmin[M]):
    """Pages with the cells account, creation, state, id, labels; lists narrowed to one account."""

    # Above the list.
    list_before_template = "adminsite/account_switch.html"

    account_cell = cells.column(
        "Account", lambda record: cells.record_link(record.account), ordering="account__name"
    )
    created_cell = cells.instant_column("Created", "created_at", ordering="created_at")
    state_cell = cells.column(
        "State", lambda record: cells.state_badge(record.state), ordering="state"
    )
    id_cell = cells.column("ID", lambda record: cells.copyable(record.pk, "the ID"))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Show the list of the account that was chosen, here or on another list."""
        if not (self._is_of_accounts() and request.user.has_perm("accounts.view_account")):
            return super().changelist_view(request, extra_context)
        query = request.GET.copy()
        if switching.PARAMETER in query:
            switching.choose(request, str(query.pop(switching.PARAMETER)[-1]))
            query.pop(_NARROWED, None)
        accounts = switching.offered()
        kept = None
        if _NARROWED not in query:
            kept = switching.found(switching.chosen(request), accounts)
        if kept is not None:
            query[_NARROWED] = str(kept.pk)
        if query.keys() != request.GET.keys():
            return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")
        shown = switching.found(query.get(_NARROWED, ""), accounts)
        is_other = shown is not None and shown not in accounts
        choices = [shown, *accounts] if is_other else accounts if len(accounts) > 1 else []
        extra = {"account_choices": choices, "account_chosen": shown, **(extra_context or {})}
        return super().changelist_view(request, extra)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Return what a new form says: the account that was chosen, and whatever there is one of."""
        initial = super().get_changeform_initial_data(request)
        for name in self.get_autocomplete_fields(request):
            field = self.model._meta.get_field(name)
            if name in initial or field.null or not hasattr(field.related_model, "objects"):
                continue
            only = list(self._rows_for(field, request)[:2])
            if len(only) == 1:
                initial[name] = only[0].pk
        return initial

    def _rows_for(self, field: Any, request: HttpRequest) -> QuerySet[Any]:
        """Return what a field offers, of the account that was chosen."""
        rows: QuerySet[Any] = field.related_model.objects.complex_filter(
            field.get_limit_choices_to()
        )
        related = self.admin_site._registry.get(field.related_model)
        if related is None or not related.has_view_permission(request):
            return rows.none()
        kept = parse_identifier(switching.chosen(request))
        if kept is None:
            return rows
        if field.related_model is Account:
            return rows.filter(pk=kept) if rows.filter(pk=kept).exists() else rows
        names = {each.name for each in field.related_model._meta.concrete_fields}
        return rows.filter(account_id=kept) if "account" in names else rows

    def _is_of_accounts(self) -> bool:
        return any(field.name == "account" for field in self.model._meta.concrete_fields)

    @admin.display(description="Labels")
    def labels_cell(self, record: Any) -> SafeString | str:
        labels = record.labels
        if not labels:
            return cells.NOTHING
        return cells.in_line(*(cells.badge(f"{each['name']}={each['value']}") for each in labels))
