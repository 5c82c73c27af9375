"""The admin site itself: Unfold's, with choices that tell records of one name apart."""

from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.http import HttpRequest, HttpResponse

from astra.adminsite import guessing, navigation

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite as UnfoldAdminSite
else:
    from unfold.sites import UnfoldAdminSite


class Choices(AutocompleteJsonView):
    """What a field that finds records by typing offers."""

    def get_queryset(self) -> Any:
        """Return the records found, with the relations that their texts name."""
        related = self.model_admin.list_select_related
        rows = super().get_queryset()
        return rows.select_related(*related) if isinstance(related, tuple) else rows

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        """Return the choice of one record; its text is the admin class's."""
        result = super().serialize_result(obj, to_field_name)
        describe = getattr(self.model_admin, "choice_text", str)
        return result | {"text": describe(obj)}


class AstraAdminSite(UnfoldAdminSite):
    """The site under `/admin/`."""

    index_title = "Overview"

    @property
    def index_template(self) -> str | None:  # type: ignore[override]
        return navigation.overview.template

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Answer the form of passwords, or what was sent with it."""
        log_in = partial(super().login, request, extra_context)
        return guessing.guarded(request, log_in) if request.method == "POST" else log_in()

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        answer: Any = Choices.as_view(admin_site=self)(request)
        return answer  # type: ignore[no-any-return]
