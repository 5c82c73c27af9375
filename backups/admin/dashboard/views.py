"""The first page of the admin site, a control room, and what it asks for while it is open.

That is its panels anew, and the clock's controls.
"""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from astra.accounts import switching
from astra.accounts.clocks import DEFAULT_RATE, ClockMode
from astra.accounts.models import Account
from astra.adminsite import cells
from astra.adminsite.forms import add_problem
from astra.api.problems import ApiProblem
from astra.engine.admin.clocks import ClockForm, MoveForm, move, set_clock
from backups.admin.dashboard.panels import panels_of
from backups.admin.dashboard.scope import SPANS, Scope

View = Callable[..., HttpResponse]
ADVANCES = (("1m", "1 min"), ("10m", "10 min"), ("1h", "1 h"), ("1d", "1 day"), ("7d", "1 week"))


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return the context of the first page, every query of it bounded."""
    scope = Scope.of(request)
    if switching.PARAMETER in request.GET and not scope.is_missing:
        switching.choose(request, request.GET[switching.PARAMETER])
    return context | {
        "scope": scope,
        "panels": {} if scope.is_missing else panels_of(scope),
        "is_empty": scope.can("accounts.view_account") and not scope.accounts,
        "spans": [
            {"name": name, "title": span.title, "query": scope.query_for(name)}
            for name, span in SPANS.items()
        ],
        "modes": ClockMode.choices,
        "default_rate": DEFAULT_RATE,
        "advances": ADVANCES,
        "can_operate": scope.can("accounts.change_account"),
        "paths": _paths(scope),
    }


def _paths(scope: Scope) -> dict[str, str]:
    account = scope.account
    for_account = "?" + urlencode({"account": str(account.pk)}) if account else ""
    return {
        "add_account": reverse("admin:accounts_account_add"),
        "add_backup": reverse("admin:backups_appbackup_add"),
        "add_fault": reverse("admin:faults_faultrule_add") + for_account,
        "seed": reverse("admin:scenarios_seededscenario_seed"),
        "account": cells.page_of(Account, account.pk) if account else "",
        "accounts": reverse("admin:accounts_account_changelist"),
    }


def for_staff(view: View) -> View:
    """Guard a view like every page of the site; an open overview is told to go to the login."""
    page = admin.site.admin_view(view)

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if _is_update(request) and not admin.site.has_permission(request):
            return HttpResponse(status=403, headers={"HX-Refresh": "true"})
        return page(request, *args, **kwargs)

    return guarded


@for_staff
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """Return every panel as it is now."""
    return _panels(request)


@for_staff
@require_POST
def clock_set(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """Set an account's clock: a mode, and a rate if it is scaled."""

    def perform(account: Account, data: dict[str, Any]) -> str:
        return f"{account}: the clock is {set_clock(account, data).clock_mode} now."

    return _control(request, account_id, ClockForm(request.POST), "Set clock", perform)


@for_staff
@require_POST
def clock_move(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """Move an account's manual clock: by a span, by one step, or until nothing is under way."""

    def perform(account: Account, data: dict[str, Any]) -> str:
        moved = move(account, data)
        more = "" if moved.is_over else " It is a long way: the worker goes on with it."
        count = moved.event_count
        return f"{account}: {count} transition{'' if count == 1 else 's'}.{more}"

    return _control(request, account_id, MoveForm(request.POST), "Move clock", perform)


def _control(
    request: HttpRequest,
    account_id: uuid.UUID,
    form: forms.Form,
    title: str,
    perform: Callable[[Account, dict[str, Any]], str],
) -> HttpResponse:
    accounts: Any = admin.site.get_model_admin(Account)
    if not accounts.has_operate_permission(request):
        raise PermissionDenied
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        messages.error(request, "This account does not exist any more.")
    elif form.is_valid():
        try:
            message = perform(account, form.cleaned_data)
        except ApiProblem as problem:
            add_problem(form, problem)
        else:
            accounts.log_change(request, account, title)
            messages.success(request, message)
    for name, reasons in form.errors.items():
        label = form[name].label if name in form.fields else None
        for reason in reasons:
            messages.error(request, f"{label}: {reason}" if label else str(reason))
    if _is_update(request):
        return _panels(request, with_messages=True)
    return HttpResponseRedirect(f"{reverse('admin:index')}?{Scope.of(request).query}")


def _panels(request: HttpRequest, *, with_messages: bool = False) -> HttpResponse:
    scope = Scope.of(request)
    if scope.is_missing:
        return HttpResponse(status=200, headers={"HX-Refresh": "true"})
    context = {
        "scope": scope,
        "panels": panels_of(scope),
        "is_update": True,
        "with_messages": with_messages,
    }
    return render(request, "backups/dashboard/live.html", context)


def _is_update(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


app_name = "overview"
urlpatterns = [
    path("live/", live, name="live"),
    path("clock/<uuid:account_id>/set/", clock_set, name="clock-set"),
    path("clock/<uuid:account_id>/move/", clock_move, name="clock-move"),
]
