"""Seeding on the admin site: choose a scenario or upload one, see what it will do, load it."""

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminTextareaWidget,
)

from astra.adminsite import cells
from astra.adminsite.forms import JsonField, LinesField
from astra.adminsite.records import RecordAdmin
from astra.scenarios.documents import Source, parameter_number
from astra.scenarios.errors import ScenarioError
from astra.scenarios.library import library, read_library
from astra.scenarios.loading import Report, load_scenario, preview
from astra.scenarios.models import SeededScenario

MAX_UPLOAD_BYTES = 5 * 1024 * 1024


class ScenarioForm(forms.Form):
    """Which scenario: one of the library, or a file, which comes first."""

    name = forms.ChoiceField(
        label="From the library", required=False, widget=UnfoldAdminRadioSelectWidget
    )
    file = forms.FileField(
        label="Or a file of your own",
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text="YAML or JSON, as the published JSON Schema describes it. It comes before the"
        " choice above.",
    )
    numbers = LinesField(
        label="Parameters",
        help_text="Replace numbers of the scenario's parameters, one per line: name=number.",
        rows=2,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["name"]
        field.choices = [(each.name, f"{each.name}: {each.title}") for each in library()]

    def clean_file(self) -> Any:
        """Refuse a file that no scenario is as large as."""
        file = self.cleaned_data["file"]
        if file is not None and file.size > MAX_UPLOAD_BYTES:
            raise forms.ValidationError("The file is larger than 5 MiB.")
        return file

    def clean_numbers(self) -> dict[str, float]:
        """Return the parameters; refuses a line that is not `name=number`."""
        parameters = {}
        for line in self.cleaned_data["numbers"]:
            name, _, text = line.partition("=")
            try:
                parameters[name.strip()] = parameter_number(text)
            except ValueError:
                raise forms.ValidationError(f"{line}: it must be name=number.") from None
        return parameters

    def clean(self) -> dict[str, Any]:
        """Refuse a form that names no scenario."""
        data = super().clean() or {}
        if not (data.get("name") or data.get("file") or self.errors):
            raise forms.ValidationError("Choose a scenario, or a file.")
        return data


class DocumentForm(forms.Form):
    """The scenario that was looked at, to be loaded."""

    source = forms.CharField(widget=forms.HiddenInput)
    document = forms.CharField(
        strip=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 24, "spellcheck": "false"})
    )
    parameters = JsonField(widget=forms.HiddenInput)

    def clean_parameters(self) -> dict[str, float]:
        """Return the parameters; refuses what the form before did not write."""
        given = self.cleaned_data["parameters"] or {}
        numbers = given.values() if isinstance(given, dict) else [None]
        if not all(type(number) in (int, float) for number in numbers):
            raise forms.ValidationError("Must be an object of numbers.")
        return dict(given)


@admin.register(SeededScenario)
class SeededScenarioAdmin(RecordAdmin[SeededScenario]):
    """Scenarios that were loaded into this database."""

    list_display = ("name", "seeded_cell")
    search_fields = ("name",)
    search_help_text = "Search by name"
    ordering = ("-seeded_at",)
    actions_list = ("seed",)
    fields = ("name", "seeded_cell")

    seeded_cell = cells.instant_column("Seeded", "seeded_at", ordering="seeded_at")

    def has_seed_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether the person may load scenarios."""
        return request.user.has_perm("scenarios.add_seededscenario")

    @action(description="Seed a scenario", icon="add_circle", permissions=["seed"])  # type: ignore[untyped-decorator]
    def seed(self, request: HttpRequest) -> HttpResponse:
        """Choose a scenario, look at what it will do, load it."""
        if not self.has_seed_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self._page(request, ScenarioForm(initial={"name": "demo"}))
        form: forms.Form
        if "document" in request.POST:
            form = DocumentForm(request.POST)
        else:
            form = ScenarioForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, form)
        told = form.cleaned_data
        if isinstance(form, ScenarioForm):
            told = _chosen(told)
            form = DocumentForm({**told, "parameters": json.dumps(told["parameters"])})
        source, parameters = Source(told["source"], told["document"]), told["parameters"]
        try:
            if "_load" not in request.POST:
                return self._page(request, form, report=preview(source, parameters))
            report = load_scenario(source, parameters)
        except ScenarioError as error:
            return self._page(request, form, error=error)
        messages.success(
            request, f"Scenario {report.scenario}: {report.created:,} records were made."
        )
        return HttpResponseRedirect(cells.list_path("scenarios.seededscenario"))

    def _page(
        self,
        request: HttpRequest,
        form: forms.Form,
        *,
        report: Report | None = None,
        error: ScenarioError | None = None,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Seed a scenario",
            "opts": self.opts,
            "form": form,
            "media": self.media + form.media,
            "is_document": isinstance(form, DocumentForm),
            "report": report,
            "findings": error.findings if error else (),
            "back": cells.list_path("scenarios.seededscenario"),
        }
        return TemplateResponse(request, "scenarios/seed.html", context)


def _chosen(data: dict[str, Any]) -> dict[str, Any]:
    """Return the document that the form names; bytes that are no UTF-8 show as such."""
    if data["file"] is not None:
        source, text = data["file"].name, data["file"].read().decode("utf-8-sig", errors="replace")
    else:
        chosen = read_library(data["name"])
        assert isinstance(chosen.text, bytes)
        source, text = chosen.name, chosen.text.decode()
    return {"source": source, "document": text, "parameters": data["numbers"]}
