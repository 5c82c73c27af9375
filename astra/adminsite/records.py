"""The base of every page that shows records: bounded paging, search by id and name, links, no count.

Records change through the API's own actions only. So a page is read-only unless its class says what
may be typed in, and deletes only with the action that the API deletes with.
"""

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from typing_extensions import override

from astra.adminsite import cells
from astra.adminsite.confirming import Done, confirmed
from astra.adminsite.navigation import title_of
from astra.adminsite.paging import BoundedPaginator
from astra.api.problems import ApiProblem

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
    from django.contrib.admin.views.main import ChangeList
else:
    from unfold.admin import ModelAdmin
    from unfold.views import ChangeList


M = TypeVar("M", bound=Model)


class RecordList(ChangeList):
    """The rows of a list. The whole table is never counted, so a list without filters has them all."""

    def get_results(self, request: HttpRequest) -> None:
        """Find the rows of the page; what no row can hold is a wrong parameter like any other."""
        try:
            super().get_results(request)
        except (DataError, OverflowError) as error:
            raise IncorrectLookupParameters from error
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count


class RecordChoice(AutocompleteSelect):
    """A record to choose. What cannot be a key selects none; Django's own widget fails on it."""

    @override
    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        return super().optgroups(name, [each for each in value if self._may_be_key(each)], attr)

    def _may_be_key(self, text: str) -> bool:
        try:
            self.field.remote_field.model._meta.pk.to_python(text)
        except ValidationError:
            return False
        return True


class RecordAdmin(ModelAdmin[M]):
    """Lists and pages of one model."""

    # What an empty list says: where its records come from.
    next_step: ClassVar[str] = "They come with what they belong to, or with a scenario."
    # The columns, besides the primary key, in which an id that is searched for may stand.
    search_ids: ClassVar[Sequence[str]] = ()
    # Whether records can be made here.
    can_add: ClassVar[bool] = False
    # The form that makes records; ``form`` changes those that exist.
    add_form: ClassVar[type[Any] | None] = None
    # The fields of a record that exists which can be changed here; the others are read-only.
    editable: ClassVar[Sequence[str]] = ()

    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 0
    list_fullwidth = True
    actions_on_top = True
    compressed_fields = True
    warn_unsaved_form = True
    list_filter_submit = True
    empty_value_display = cells.NOTHING

    def delete_record(self, record: M) -> None:
        """Delete one record by the API's action; raises the API's problem when it is refused."""
        raise NotImplementedError

    # -- who may what ---------------------------------------------------------------------------

    def _can_delete(self) -> bool:
        return type(self).delete_record is not RecordAdmin.delete_record

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.can_add and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether there is something to change, and the person may."""
        return bool(self.editable) and self.has_operate_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._can_delete() and super().has_delete_permission(request, obj)

    def has_operate_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether the person may run actions, which needs no editable field."""
        return super().has_change_permission(request, None)

    # -- finding --------------------------------------------------------------------------------

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        """Find by id when an id was typed, by the class's search fields otherwise."""
        try:
            wanted = uuid.UUID(search_term.strip())
        except ValueError:
            return super().get_search_results(request, queryset, search_term)
        return queryset.filter(self.with_id(wanted)), False

    def with_id(self, wanted: uuid.UUID) -> Q:
        """Return what the records fulfil that are found by an id: their own, or one they refer to."""
        has_uuid_key = self.model._meta.pk.get_internal_type() == "UUIDField"
        query = Q(pk=wanted) if has_uuid_key else Q()
        for name in self.search_ids:
            query |= Q(**{name: wanted})
        return query

    def choice_text(self, record: M) -> str:
        """Return how a field that finds records by typing names this one."""
        account = getattr(record, "account", None)
        return f"{record} · {account}" if account is not None else str(record)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        return RecordList

    # -- pages ----------------------------------------------------------------------------------

    @override
    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", RecordChoice(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: M | None = None) -> Any:
        """Return what cannot be typed in: of a record that exists, all that is not editable."""
        if obj is None:
            return self.readonly_fields
        shown, editable = flatten_fieldsets(self.get_fieldsets(request, obj)), set(self.editable)
        return [name for name in shown if name not in editable]

    @override
    def get_form(
        self, request: HttpRequest, obj: M | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Return the form class: one of its own makes a record."""
        if obj is None and self.add_form is not None:
            kwargs["form"] = self.add_form
        return super().get_form(request, obj, change=change, **kwargs)

    @override
    def save_model(self, request: HttpRequest, obj: M, form: Any, change: bool) -> None:
        """Nothing is left to save: the form's action has done it."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Show the list, under the name that the sidebar has for it."""
        extra = {"title": title_of(self.model), **(extra_context or {})}
        return super().changelist_view(request, extra)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show a record's page without the buttons that would lead nowhere."""
        extra = {"show_save_and_add_another": False, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, extra)

    # -- deleting -------------------------------------------------------------------------------

    def delete_model(self, request: HttpRequest, obj: M) -> None:
        self.delete_record(obj)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Confirm and delete; a refusal is shown on the record's page."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except ApiProblem as problem:
            messages.error(request, f"{problem.type.title}. {problem.type.detail}")
            return HttpResponseRedirect(cells.page_of(self.model, object_id))

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: Any) -> HttpResponse:
        """Go back to the list, which Django does only for those who may change records."""
        messages.success(request, f"Deleted {obj_display}.")
        return HttpResponseRedirect(cells.list_path(self.opts.label_lower))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Return the actions on selected records, with our own way of deleting them."""
        actions = dict(super().get_actions(request))
        actions.pop("delete_selected", None)
        if self.has_delete_permission(request):
            own = type(self).delete_records
            actions["delete_records"] = (own, "delete_records", "Delete…")
        return actions

    @confirmed(
        "Delete",
        explanation="They are deleted as the API deletes them; what it refuses is left as it is.",
        button="Delete",
        danger=True,
    )
    def delete_records(self, request: HttpRequest, records: Sequence[M], data: Any) -> Done:
        """Delete the records one by one; what is refused does not keep the others."""
        if not self.has_delete_permission(request):
            raise PermissionDenied
        refused = 0
        for record in records:
            try:
                self.delete_record(record)
            except ApiProblem as problem:
                refused += 1
                messages.error(request, f"{record}: {problem.type.title}. {problem.type.detail}")
        return Done(f"Deleted {self.counted(len(records) - refused)}.")

    def counted(self, count: int) -> str:
        """Return a number of records in words, for example `2 users`."""
        options = self.model._meta
        return f"{count} {options.verbose_name if count == 1 else options.verbose_name_plural}"
