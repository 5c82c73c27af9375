"""Actions that ask first: one decorator for the list's selected records and for a record's own page.

A confirmed action shows what it will do to which records, with the form of what it needs to know. Only
when that is sent, and valid, it is carried out.
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import helpers
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from unfold.enums import ActionVariant

from astra.adminsite import cells
from astra.adminsite.forms import add_problem
from astra.adminsite.paging import MOST_ROWS
from astra.api.problems import ApiProblem

CONFIRMED = "confirmed"
SHOWN_RECORDS = 10


@dataclass(frozen=True, slots=True)
class Done:
    """What an action tells when it is carried out, if anything; ``gone``: the record has no page."""

    message: str
    gone: bool = False


Action = Callable[[Any, HttpRequest, Sequence[Any], dict[str, Any]], "Done | HttpResponse"]
# Why an action would leave a record as it is, "" where it would not.
Refusal = Callable[[Any], str]


def confirmed(
    title: str,
    *,
    explanation: str,
    button: str = "",
    icon: str = "",
    danger: bool = False,
    form: type[forms.Form] = forms.Form,
    refusal: Refusal | None = None,
) -> Callable[[Action], Callable[..., Any]]:
    """Make ``method(self, request, records, data)`` an action of lists and of records' pages.

    ``button`` says what is done, by default the title; ``refusal`` says beforehand why a record, as it
    is now, would be left alone.

    It is called with the records and the form's cleaned data, and returns what it did or a page of
    its own. An ``ApiProblem`` that it raises is shown in the form.
    """

    def decorate(method: Action) -> Callable[..., Any]:
        question = _Question(
            method.__name__, title, explanation, button or title, danger, form, method, refusal
        )

        @functools.wraps(method)
        def view(
            self: Any,
            request: HttpRequest,
            queryset: QuerySet[Any] | None = None,
            *,
            object_id: str | None = None,
        ) -> HttpResponse | None:
            return question.ask(self, request, queryset, object_id)

        view.short_description = f"{title}…"  # type: ignore[attr-defined]
        view.allowed_permissions = ("operate",)  # type: ignore[attr-defined]
        view.icon = icon  # type: ignore[attr-defined]
        view.attrs = {}  # type: ignore[attr-defined]
        view.variant = ActionVariant.DANGER if danger else ActionVariant.DEFAULT  # type: ignore[attr-defined]
        return view

    return decorate


@dataclass(frozen=True, slots=True)
class _Question:
    """What the confirmation page says, and what is done once it is confirmed."""

    name: str
    title: str
    explanation: str
    button: str
    danger: bool
    form_class: type[forms.Form]
    method: Action
    refusal: Refusal | None

    def ask(
        self, admin: Any, request: HttpRequest, queryset: Any, object_id: str | None
    ) -> HttpResponse | None:
        """Show the page, or do it; None goes back to the list, which has been told why."""
        if not admin.has_operate_permission(request):
            raise PermissionDenied
        record = None
        if object_id is not None:
            record = admin.get_object(request, unquote(object_id))
            if record is None:
                missing: HttpResponse = admin._get_obj_does_not_exist_redirect(
                    request, admin.opts, object_id
                )
                return missing
        records = list(queryset[: MOST_ROWS + 1]) if record is None else [record]
        if len(records) > MOST_ROWS:
            messages.error(request, f"At most {MOST_ROWS} records at once: narrow the list first.")
            return None
        back = request.get_full_path() if record is None else cells.page_of(admin.model, record.pk)
        return self._answer(admin, request, record, records, back)

    def _answer(
        self, admin: Any, request: HttpRequest, record: Any, records: Sequence[Any], back: str
    ) -> HttpResponse:
        is_confirmed = request.POST.get(CONFIRMED) == self.name
        form = self.form_class(request.POST if is_confirmed else None)
        if is_confirmed and form.is_valid():
            try:
                done = self.method(admin, request, records, form.cleaned_data)
            except ApiProblem as problem:
                add_problem(form, problem)
            else:
                for changed in records[:SHOWN_RECORDS]:
                    admin.log_change(request, changed, self.title)
                if isinstance(done, HttpResponse):
                    return done
                if done.message:
                    messages.success(request, done.message)
                is_gone = record is not None and done.gone
                path = cells.list_path(admin.opts.label_lower) if is_gone else back
                return HttpResponseRedirect(path)
        reasons = {each: self.refusal(each) for each in records} if self.refusal else {}
        left = [each for each in records if reasons.get(each)]
        taken = [each for each in records if not reasons.get(each)]
        context = {
            **admin.admin_site.each_context(request),
            "title": self.title,
            "opts": admin.opts,
            "original": record,
            "question": self,
            "form": form,
            "media": admin.media + form.media,
            "shown": taken[:SHOWN_RECORDS],
            "count": admin.counted(len(taken)),
            "more": max(len(taken) - SHOWN_RECORDS, 0),
            "chosen": admin.counted(len(records)),
            "left": [(each, reasons[each]) for each in left[:SHOWN_RECORDS]],
            "left_count": len(left),
            "left_more": max(len(left) - SHOWN_RECORDS, 0),
            "takes_none": not taken,
            "selected": [] if record is not None else _selection(request),
            "back": back,
        }
        request.current_app = admin.admin_site.name
        return TemplateResponse(request, "adminsite/confirm.html", context)


def _selection(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what the list needs to find the selected records again."""
    names = ("action", "select_across", "index", helpers.ACTION_CHECKBOX_NAME)
    return [(name, value) for name in names for value in request.POST.getlist(name)]
