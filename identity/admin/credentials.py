"""Credentials on the admin site: the names of their parts, never what is in them."""

from typing import Any

from astra.adminsite.forms import JsonField
from astra.resources.forms import ResourceForm
from astra.resources.pages import ResourcePage, page_of
from identity.resources.credentials import CREDENTIAL, MEMBERS


class CredentialForm(ResourceForm):
    """A credential; its parts are typed in anew whenever it is saved."""

    key_store = JsonField(label="Key store", required=True, help_text=MEMBERS["keyStore"].help)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.pop("key_store", None)


@page_of(CREDENTIAL)
class CredentialPage(ResourcePage):
    """Credentials, and for what they are."""

    form = CredentialForm
    add_form = CredentialForm
