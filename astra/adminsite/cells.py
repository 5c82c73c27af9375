"""What a list or a page shows of a value: badges, bars, links, instants; and the columns of lists.

All of it is safe HTML.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.utils import get_fields_from_path
from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from astra.api.clock import timestamp

NOTHING = "–"

# How a state looks; one that is not here is neutral.
_TONES = {
    state: tone
    for tone, states in {
        "good": "active available complete completed established full managed normal protected "
        "ready success valid",
        "busy": "deleting discovering establishing failingOver managing provisioning restoring "
        "running transferring verifying",
        "warning": "atRisk blocked deletePending expired incomplete ineligible partial removed "
        "suspended unavailable warning",
        "odd": "indeterminate unknown",
        "bad": "corrupt critical error failed",
    }.items()
    for state in states.split()
}


def is_state(column: str) -> bool:
    """Tell whether a column holds states, which pages show as the API has them, in colours."""
    return f"_{column}".endswith("_state")


def choice_names(model: type[Model], column: str) -> Mapping[str, str]:
    """Return what pages call the values of a column, a path from the model, where they name them."""
    field: Any = get_fields_from_path(model, column)[-1]
    return {} if is_state(field.name) else dict(field.flatchoices)


def tone_of(state: str) -> str:
    """Return the name of the colour that a state has."""
    return _TONES.get(state, "neutral")


def badge(text: str, tone: str = "neutral") -> SafeString:
    return format_html('<span class="astra-badge astra-{}">{}</span>', tone, text)


def state_badge(state: str | None) -> SafeString | str:
    """Return the label of a state, coloured by what it means."""
    return badge(state, tone_of(state)) if state else NOTHING


def progress_bar(percent: int, state: str, of: Model | None = None) -> SafeString:
    """Return a bar that is filled to ``percent``, in the colour of the state.

    ``of``: the record that it is about, where several bars stand on a page.
    """
    return format_html(
        '<span class="astra-progress astra-{}"><span class="astra-track" role="progressbar"'
        ' aria-label="{}" aria-valuenow="{}" aria-valuemin="0" aria-valuemax="100">'
        '<span id="{}" style="width:{}%"></span></span>'
        '<span class="astra-percent">{}&#8201;%</span></span>',
        tone_of(state),
        f"Progress of {of}" if of else "Progress",
        percent,
        # By its id a bar that is replaced is known again, and grows instead of jumping.
        f"done-{of.pk}" if of else "done",
        percent,
        percent,
    )


def instant(value: datetime | None) -> SafeString | str:
    """Return an instant to the second, with the API's spelling of it on hover."""
    if value is None:
        return NOTHING
    return format_html(
        '<time class="astra-time" datetime="{0}" title="{0}">{1}</time>',
        timestamp(value),
        value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
    )


def identifier(value: Any) -> SafeString:
    """Return an id in full, easy to select."""
    return format_html('<code class="astra-id">{}</code>', value)


def copyable(value: Any, what: str) -> SafeString:
    """Return an id, a path or the like, with a button that copies it; ``what`` says what it is."""
    return format_html("{} {}", identifier(value), copy_button(value, what))


def copy_button(value: Any, what: str) -> SafeString:
    """Return a button that copies a text; ``what`` says what that is."""
    return format_html(
        '<button type="button" class="astra-copy" data-copy="{0}" title="Copy {1}"'
        ' aria-label="Copy {1}"></button>',
        value,
        what,
    )


def short_identifier(value: Any) -> SafeString:
    """Return the first eight characters of an id, all of it on hover."""
    return format_html('<code class="astra-id" title="{}">{}</code>', value, str(value)[:8])


def page_of(model: type[Model], key: Any) -> str:
    """Return the path of a record's page on the admin site."""
    options = model._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[key])


def record_link(record: Model | None) -> SafeString | str:
    """Return a link to a record's page, with its name."""
    if record is None:
        return NOTHING
    return link(page_of(type(record), record.pk), str(record))


def row_link(model: type[Model], key: Any) -> SafeString | str:
    """Return a link to the page of a record of which only the key is known."""
    return NOTHING if key is None else link(page_of(model, key), short_identifier(key))


def link(path: str, text: Any) -> SafeString:
    return format_html('<a class="astra-link" href="{}">{}</a>', path, text)


def long_link(path: str, text: str, *, hover: str) -> SafeString:
    """Return a link whose text is cut where there is no room, all of it on hover."""
    return format_html(
        '<a class="astra-link astra-long" href="{}" title="{}">{}</a>', path, hover, text
    )


def cut_text(text: str) -> SafeString | str:
    """Return a text that lists cut where there is no room, all of it on hover."""
    return (
        format_html('<span class="astra-text-cut" title="{0}">{0}</span>', text)
        if text
        else NOTHING
    )


def text_block(text: str) -> SafeString | str:
    """Return lines of text as they are, to be read and copied."""
    return format_html('<pre class="astra-text">{}</pre>', text) if text else NOTHING


def list_path(label: str, **lookups: Any) -> str:
    """Return the path of a list (`label.model`), narrowed by lookups; a tuple: any of these values."""
    path = reverse(f"admin:{label.replace('.', '_')}_changelist")
    named = {
        name: list(map(str, value)) if isinstance(value, tuple) else str(value)
        for name, value in lookups.items()
    }
    query = urlencode(named, doseq=True)
    return f"{path}?{query}" if query else path


def details(value: Iterable[Mapping[str, str]]) -> SafeString | str:
    """Return `stateDetails` and the like for people."""
    rows = [(each.get("title", ""), each.get("detail", "")) for each in value]
    return format_html_join("", "<p><strong>{}</strong><br>{}</p>", rows) or NOTHING


def marked(text: str) -> SafeString:
    """Return a text of the documentation, in which what stands between backticks is code."""
    parts = enumerate(text.split("`"))
    return format_html_join("", "{}", ((_code(part) if odd % 2 else part,) for odd, part in parts))


def _code(text: str) -> SafeString:
    return format_html("<code>{}</code>", text)


def in_line(*cells: Any) -> SafeString:
    joined = format_html_join(" ", "{}", ((cell,) for cell in cells))
    return format_html('<span class="astra-line">{}</span>', joined)


def column(
    title: str, show: Callable[[Any], Any], *, ordering: str | None = None
) -> Callable[[Any, Any], Any]:
    """Return a method of an admin class: what ``show`` makes of a record."""

    @admin.display(description=title, ordering=ordering)
    def cell(self: Any, record: Any) -> Any:
        return show(record)

    return cell


def instant_column(
    title: str, name: str, *, ordering: str | None = None
) -> Callable[[Any, Any], Any]:
    """Return a method of an admin class: the instant of that name."""
    get = attrgetter(name)
    return column(title, lambda record: instant(get(record)), ordering=ordering)
