"""The journal on the admin site: calls of accounts, newest first, with what was asked and answered."""

import re
from typing import Any

import orjson
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.safestring import SafeString
from unfold.decorators import action

from astra.accounts.columns import AccountColumns
from astra.accounts.models import User
from astra.adminsite import cells
from astra.adminsite.filters import AutocompleteSelectFilter, DayFilter, choice_filter
from astra.api import problems
from astra.faults.admin import new_rule_path
from astra.faults.forms import like_call
from astra.faults.models import FaultRule
from astra.journal.calls import NO_ANSWER
from astra.journal.criteria import whole_number
from astra.journal.models import JournalEntry
from astra.journal.script import command
from astra.journal.views import archive_response, script_response

_IDS = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "PATCH")
_STATUSES = sorted(
    {200, 201, 204, 405, 414, 429, *(item.status for item in problems.CATALOGUE.values())}
)
_CALL = (
    "sequence",
    "account_cell",
    "time_cell",
    "at_cell",
    "duration_cell",
    "method",
    "path",
    "query",
    "operation",
    "user_cell",
)
_ANSWER = ("status_cell", "problem_cell", "correlation_id", "faults_cell", "answer_cell")


def status_badge(entry: JournalEntry) -> SafeString:
    """Return the status as a badge, coloured by what it means."""
    if entry.status == NO_ANSWER:
        return cells.badge("dropped", "bad")
    tone = {2: "good", 4: "warning", 5: "bad"}.get(entry.status // 100, "neutral")
    return cells.badge(str(entry.status), tone)


@admin.register(JournalEntry)
class JournalEntryAdmin(AccountColumns[JournalEntry]):
    """Calls, as they were written down; nothing here can be changed."""

    next_step = "Each call of the API is written down here: make one."

    list_display = (
        "time_cell",
        "method",
        "path_cell",
        "status_cell",
        "problem_cell",
        "duration_cell",
        "faults_cell",
        "account_cell",
    )
    list_filter = (
        ("account", AutocompleteSelectFilter),
        choice_filter("method", "method", _METHODS),
        choice_filter("status", "status", [str(each) for each in (NO_ANSWER, *_STATUSES)]),
        ("real_at", DayFilter),
    )
    list_select_related = ("account",)
    search_fields = ("path",)
    search_help_text = "Search by path, by number, or by the id of a user or a correlation"
    search_ids = ("account_id", "user_id", "correlation_id")
    ordering = ("-sequence",)
    actions_detail = ("script", "archive", "make_rule")
    fieldsets = (
        (None, {"fields": _CALL}),
        ("Request", {"fields": ("headers_cell", "request_cell", "curl_cell")}),
        ("Answer", {"fields": _ANSWER}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[JournalEntry]:
        """Return the calls; their bodies, which a list has no room for, when they are asked for."""
        return JournalEntry.shown.defer("request_body", "response_body")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[JournalEntry], search_term: str
    ) -> tuple[QuerySet[JournalEntry], bool]:
        """Find by number when one was typed."""
        number = whole_number(search_term.strip())
        if number is not None:
            return queryset.filter(sequence=number), False
        return super().get_search_results(request, queryset, search_term)

    # When the request came, in real time.
    time_cell = cells.instant_column("Time", "real_at", ordering="sequence")
    at_cell = cells.instant_column("The account's time", "at")
    status_cell = cells.column("Status", status_badge, ordering="status")
    duration_cell = cells.column(
        "Duration",
        lambda entry: f"{entry.duration_milliseconds:,.1f} ms",
        ordering="duration_milliseconds",
    )
    request_cell = cells.column(
        "Body", lambda entry: _body(entry.request_body, is_cut=entry.request_body_cut)
    )
    answer_cell = cells.column(
        "Body", lambda entry: _body(entry.response_body, is_cut=entry.response_body_cut)
    )

    # Who called, linked, if that is known.
    user_cell = cells.column(
        "User",
        lambda entry: (
            cells.NOTHING
            if entry.user_id is None
            else cells.link(cells.page_of(User, entry.user_id), cells.identifier(entry.user_id))
        ),
    )
    headers_cell = cells.column(
        "Headers",
        lambda entry: cells.text_block(
            "\n".join(f"{name}: {value}" for name, value in entry.request_headers.items())
        ),
    )

    @admin.display(description="Path", ordering="path")
    def path_cell(self, entry: JournalEntry) -> SafeString:
        """The path behind the account, its ids cut, linked to the call; all of it on hover."""
        below = entry.path.removeprefix(f"/accounts/{entry.account_id}/") or entry.path
        below = _IDS.sub(lambda found: f"{found[0][:8]}…", below)
        target = f"{entry.path}?{entry.query}" if entry.query else entry.path
        return cells.long_link(cells.page_of(JournalEntry, entry.pk), below, hover=target)

    @admin.display(description="As curl")
    def curl_cell(self, entry: JournalEntry) -> SafeString | str:
        """The call to be made again from a shell that has `BASE` and `TOKEN`."""
        if entry.request_body_cut:
            return "Its body is not kept as a whole."
        text = command(entry)
        return cells.in_line(cells.text_block(text), cells.copy_button(text, "it as curl"))

    @admin.display(description="Problem", ordering="problem")
    def problem_cell(self, entry: JournalEntry) -> str:
        """The number and title of the problem."""
        if entry.problem is None:
            return cells.NOTHING
        known = problems.CATALOGUE.get(entry.problem)
        return f"{entry.problem} {known.title}" if known else str(entry.problem)

    @admin.display(description="Fault rules")
    def faults_cell(self, entry: JournalEntry) -> SafeString | str:
        """The rules that acted, linked; they may be deleted by now."""
        if not entry.fault_ids:
            return cells.NOTHING
        return cells.in_line(
            *(
                cells.link(cells.page_of(FaultRule, rule), cells.short_identifier(rule))
                for rule in entry.fault_ids
            )
        )

    def _entry(self, request: HttpRequest, object_id: str) -> JournalEntry:
        entry = self.get_object(request, object_id)
        if entry is None:
            raise Http404
        return entry

    def has_rule_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether the person may add fault rules."""
        return request.user.has_perm("faults.add_faultrule")

    @action(description="Make a rule from this call", icon="bolt", permissions=["rule"])  # type: ignore[untyped-decorator]
    def make_rule(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Begin a fault rule that matches calls like this one."""
        entry = self._entry(request, object_id)
        said = like_call(entry.account, entry.method, entry.path, _sent(entry))
        if said is None:
            messages.error(request, "No rule meets a call that is none of the API's operations.")
            return HttpResponseRedirect(cells.page_of(JournalEntry, entry.pk))
        return HttpResponseRedirect(new_rule_path(account=entry.account_id, **said))

    @action(description="Download as script", icon="terminal", permissions=["view"])  # type: ignore[untyped-decorator]
    def script(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Return all calls of the account as `curl` commands."""
        entry = self._entry(request, object_id)
        return script_response(entry.account, {})

    @action(description="Download as HAR", icon="archive", permissions=["view"])  # type: ignore[untyped-decorator]
    def archive(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Return the call as an archive."""
        entry = self._entry(request, object_id)
        return archive_response(request, entry.account, [entry])


def _sent(entry: JournalEntry) -> Any:
    """Return the JSON that was sent, None where it was none or is not all there."""
    try:
        return None if entry.request_body_cut else orjson.loads(entry.request_body)
    except (orjson.JSONDecodeError, TypeError):
        return None


def _body(text: str, *, is_cut: bool) -> SafeString | str:
    """Return a body, indented if it is JSON."""
    shown = text
    if not is_cut:
        try:
            shown = orjson.dumps(orjson.loads(text), option=orjson.OPT_INDENT_2).decode()
        except (orjson.JSONDecodeError, TypeError):
            # No JSON, or deeper than what can be written.
            shown = text
    block = cells.text_block(shown)
    return cells.in_line(block, cells.badge("cut", "warning")) if is_cut else block
