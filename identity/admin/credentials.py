"""Credentials on the admin site: the names of their parts, never what is in them."""

from typing import Any

from django.core.exceptions import ValidationError

from astra.adminsite.rows import Column, RowsField
from astra.resources.forms import ResourceForm
from astra.resources.pages import ResourcePage, page_of
from identity.resources.credentials import CREDENTIAL, MEMBERS


class PartsField(RowsField):
    """The parts of a `keyStore`, a row each."""

    def __init__(self, **said: Any) -> None:
        columns = (Column("name", "Part"), Column("value", "Its base64"))
        super().__init__(columns, spare=4, **said)

    def to_python(self, value: Any) -> Any:
        """Return the object of the parts; refuses two of a name."""
        rows = super().to_python(value)
        parts = {row.get("name", ""): row.get("value", "") for row in rows}
        if len(parts) < len(rows):
            raise ValidationError("Each part stands in one row.")
        return parts


class CredentialForm(ResourceForm):
    """A credential; its parts are typed in anew whenever it is saved."""

    key_store = PartsField(label="Key store", required=True, help_text=MEMBERS["keyStore"].help)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.pop("key_store", None)


@page_of(CREDENTIAL)
class CredentialPage(ResourcePage):
    """Credentials, and for what they are."""

    form = CredentialForm
    add_form = CredentialForm
