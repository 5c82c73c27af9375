"""Settings on the admin site: each has the fields that its schema has."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from astra.adminsite.forms import LineField, PickField
from astra.adminsite.objects import ObjectField
from astra.resources.forms import ResourceForm
from astra.resources.pages import StagedPage, page_of
from installation.resources.settings import MEMBERS, SETTING
from installation.wellknown import Config, well_known


class SettingForm(ResourceForm):
    """What a setting is to become."""

    desired_config = forms.Field(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        setting = self.instance
        config = setting.desired_config or setting.current_config
        self.fields["desired_config"] = config_field(setting.name, config)
        self.initial["desired_config"] = config


def config_field(name: str, config: Config) -> ObjectField:
    """Return the field of a configuration of a setting, by its schema.

    What ``config`` does not have, and nobody needs, is left out again where it is left empty.
    """
    known = well_known(name)
    members = {
        member: _field(member, schema, is_needed=member in known.required)
        for member, schema in known.properties.items()
    }
    return ObjectField(
        {"": members},
        empty_texts={
            member
            for member in {*known.required, *config}
            if isinstance(members.get(member), LineField)
        },
        required=False,
        label="Desired config",
        help_text=MEMBERS["desiredConfig"].help,
    )


def _field(name: str, schema: Any, *, is_needed: bool) -> forms.Field:
    said = {"label": name, "required": False, "help_text": schema.get("description", "")}
    if "enum" in schema:
        none = [] if is_needed else [("", "–")]
        return PickField(choices=[*none, *((each, each) for each in schema["enum"])], **said)
    if schema["type"] == "integer":
        return forms.IntegerField(
            min_value=schema.get("minimum"),
            max_value=schema.get("maximum"),
            widget=UnfoldAdminIntegerFieldWidget,
            **said,
        )
    return LineField(**said)


@page_of(SETTING)
class SettingPage(StagedPage):
    """Settings, and what they are to become."""

    form = SettingForm
