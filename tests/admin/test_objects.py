"""Objects by fields: what a setting is to become, the parts of a credential, the delays of an app."""

import base64
from typing import Any

import pytest

from astra.accounts.models import Account
from backups.models import App
from identity.models.credentials import Credential
from installation.models import Setting
from installation.wellknown import LDAP, SMTP, well_known
from tests import world
from tests.admin.conftest import Person, errors, list_of, page_of


def shown(person: Person, path: str, field: str) -> dict[str, Any]:
    """What a person who changes nothing sends of an object."""
    form = person.client.get(path).context["adminform"].form
    value = form[field].value()
    return {
        f"{field}-{name}": "" if value.get(name) is None else value[name]
        for name in form.fields[field].widget.members
    }


@pytest.mark.parametrize("name", [LDAP, SMTP])
def test_a_setting_has_the_fields_of_its_schema(
    person: Person, account: Account, name: str
) -> None:
    setting = Setting.objects.create(
        account=account,
        name=name,
        version="1.0",
        current_config=well_known(name).default,
        outcome_config=well_known(name).default,
        **world.AWAKE,
    )
    lacking = {"groupSearchCustomFilter", "credential"}
    config = {key: said for key, said in well_known(name).default.items() if key not in lacking}
    Setting.objects.update(current_config=config)
    sent = shown(person, page_of(setting), "desired_config")
    assert {each.split("-", 1)[1] for each in sent} == set(well_known(name).properties)
    # To send it as it was changes nothing.
    person.send(page_of(setting), **sent)
    setting.refresh_from_db()
    assert (setting.state, setting.transition_count) == ("valid", 0)
    person.send(page_of(setting), **sent | {"desired_config-port": "2525"})
    setting.refresh_from_db()
    assert setting.state == "pending"
    assert setting.desired_config == {**config, "port": 2525}
    response = person.send(page_of(setting), **sent | {"desired_config-port": "0"})
    reason = "port: Ensure this value is greater than or equal to 1."
    assert errors(response) == {"desired_config": [reason]}


def test_a_credential_is_typed_in_by_its_parts(person: Person, account: Account) -> None:
    def add(**sent: str) -> Any:
        form = {"account": account.pk, "name": "store", "key_type": "s3", "valid": "on"}
        return person.send(f"{list_of(Credential)}add/", **form, **sent)

    secret = base64.b64encode(b"secret").decode()
    key = {"key_store-0-name": "accessKey", "key_store-0-value": secret}
    other = {"key_store-1-name": "accessSecret", "key_store-1-value": secret}
    assert set(errors(add(**key))) == {"key_store"}
    twice = {"key_store-1-name": "accessKey", "key_store-1-value": secret}
    assert errors(add(**key, **twice)) == {"key_store": ["Each part stands in one row."]}
    add(**key, **other)
    credential = Credential.objects.get()
    assert sorted(credential.key_store) == ["accessKey", "accessSecret"]
    assert secret not in person.look(page_of(credential))


def test_an_app_has_the_stages_of_what_it_makes_alone(person: Person, app: App) -> None:
    page = person.look(page_of(app))
    assert 'name="stage_delays-app-backup-run"' in page
    assert 'name="stage_delays-app-restore"' in page
    assert "stage_delays-bucket-verify" not in page
    sent = {"name": app.name, "size_bytes": "1 GiB", "throughput_bytes_per_second": "1 MiB"}
    delays = {"stage_delays-app-backup-run": "0.5", "stage_delays-app-discover": "7"}
    response = person.send(page_of(app), **sent, **delays, immediate_kinds=["appSnap", "appMirror"])
    assert response["Location"] == list_of(app)
    app.refresh_from_db()
    assert app.stage_delays == {"app-backup-run": 0.5, "app-discover": 7.0}
    assert app.immediate_kinds == ["appSnap", "appMirror"]
