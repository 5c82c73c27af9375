"""Scenarios on the admin site: chosen or uploaded, looked at, loaded."""

from typing import Any

import pytest
from django.core.files.uploadedfile import InMemoryUploadedFile, SimpleUploadedFile

from astra.accounts.models import Account
from astra.scenarios.models import SeededScenario
from backups.models import AppBackup
from tests import world
from tests.admin.conftest import Person, list_of, text_of

SEED = "/admin/scenarios/seededscenario/seed/"
MINIMAL = "scenario: mine\naccounts:\n  - name: lab\n"


def upload(person: Person, text: bytes, name: str = "mine.yaml") -> Any:
    return person.send(SEED, file=SimpleUploadedFile(name, text), _look="")


def load(person: Person, document: str, **fields: str) -> Any:
    return person.send(SEED, source="mine.yaml", document=document, parameters="{}", **fields)


def test_the_library_is_offered(person: Person) -> None:
    page = text_of(person.look(SEED))
    assert "demo: A little of everything, ready to be tried" in page
    assert "Seed a scenario" in person.look(list_of(SeededScenario))


def test_a_scenario_is_looked_at_first(person: Person) -> None:
    response = person.send(SEED, name="empty", _look="")
    page = text_of(response.content.decode())
    assert "What “empty” will do" in page
    assert "accounts 1 0" in page
    assert not Account.objects.exists()


def test_a_scenario_that_was_looked_at_is_loaded(person: Person) -> None:
    page = person.send(SEED, name="demo", _look="")
    document = page.context["form"].data["document"]
    response = load(person, document, _load="")
    assert response["Location"] == list_of(SeededScenario)
    assert SeededScenario.objects.get().name == "demo"
    assert AppBackup.objects.count() > 7
    told = person.messages()
    assert told[0].startswith("Scenario demo: ")
    again = text_of(load(person, document, _look="").content.decode())
    assert "Nothing: all of it is here already." in again


def test_a_file_of_ones_own_is_loaded(person: Person) -> None:
    response = upload(person, MINIMAL.encode())
    assert response.context["form"].data["source"] == "mine.yaml"
    load(person, MINIMAL, _load="")
    assert Account.objects.get().name == "lab"


def test_a_mistake_is_told_with_its_line(person: Person) -> None:
    response = upload(person, b"scenario: mine\naccounts:\n  - nome: lab\n")
    page = text_of(response.content.decode())
    assert "It cannot be loaded" in page
    assert "mine.yaml:3" in page
    assert "accounts[0]" in page
    fixed = text_of(load(person, MINIMAL, _look="").content.decode())
    assert "What “mine” will do" in fixed


def test_what_became_wrong_since_the_look_is_told(person: Person) -> None:
    page = text_of(load(person, "scenario: [", _load="").content.decode())
    assert "It cannot be loaded" in page
    assert not SeededScenario.objects.exists()


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "Choose a scenario, or a file."),
        ({"name": "demo", "numbers": "backups"}, "backups: it must be name=number."),
        ({"name": "nowhere"}, "Select a valid choice. nowhere is not one of the available"),
    ],
)
def test_a_choice_that_is_none_is_refused(
    fields: dict[str, str], text: str, person: Person
) -> None:
    response = person.send(SEED, **fields, _look="")
    assert text in text_of(response.content.decode())


def test_a_file_comes_before_a_choice(person: Person) -> None:
    file = SimpleUploadedFile("mine.yaml", MINIMAL.encode())
    response = person.send(SEED, name="demo", file=file, _look="")
    assert "What “mine” will do" in text_of(response.content.decode())


def test_a_file_that_is_too_large_is_refused(person: Person) -> None:
    response = upload(person, b"#" * (5 * 1024 * 1024 + 1))
    assert "The file is larger than 5 MiB." in text_of(response.content.decode())
    assert isinstance(response.wsgi_request.FILES["file"], InMemoryUploadedFile)


def test_what_can_be_uploaded_can_be_loaded(person: Person) -> None:
    response = person.send(SEED, document="#" * 5 * 1024 * 1024, parameters="{}", _load="")
    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["source"]


def test_what_is_larger_still_is_not_even_read(person: Person) -> None:
    announced = str(6 * 1024 * 1024 + 1)
    assert person.client.post(SEED, {}, CONTENT_LENGTH=announced).status_code == 413


def test_a_file_that_is_no_text_is_told_as_such(person: Person) -> None:
    response = upload(person, b"\xff\xfe\x00")
    assert "It cannot be loaded" in response.content.decode()


def test_parameters_reach_the_scenario(person: Person) -> None:
    text = "scenario: mine\nparameters: {rate: 2}\naccounts:\n  - name: lab\n    seed: $rate\n"
    file = SimpleUploadedFile("mine.yaml", text.encode())
    response = person.send(SEED, file=file, numbers="rate=9", _look="")
    form = response.context["form"]
    assert form.data["parameters"] == '{"rate": 9}'
    page = text_of(
        person.send(
            SEED, file=SimpleUploadedFile("m.yaml", text.encode()), numbers="x=1"
        ).content.decode()
    )
    assert "No parameter is called x; there are: rate." in page


def test_only_who_may_seed_does(db: None, django_user_model: Any) -> None:
    person = Person(django_user_model.objects.create_user("viewer", is_staff=True))
    assert person.client.get(SEED).status_code == 403


def test_a_document_that_is_missing_is_asked_for(person: Person) -> None:
    world.make_account()
    response = load(person, "", _load="")
    assert "This field is required." in response.content.decode()
