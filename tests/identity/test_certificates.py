"""certificates: what is read from them, and how they expire."""

import base64
import json
from typing import Any

import pytest

from astra.apidocs.shapes import example_of
from identity.resources.certificates import MEMBERS
from tests import world
from tests.conftest import Api, invalid, number

PATH = "core/v1/certificates"
CHANGE = {"type": "application/astra-certificate", "version": "1.1"}
TWENTY_YEARS = 20 * 366 * 86_400


def create(api: Api) -> Any:
    body = dict(example_of(MEMBERS.create_body))
    return json.loads(api.post(PATH, body).content)


def test_name_and_end_are_read_and_trust_ends_by_the_clock(api: Api) -> None:
    made = create(api)
    url = f"{PATH}/{made['id']}"
    assert (made["cn"], made["trustState"]) == ("Example Root CA", "trusted")
    assert api.put(url, CHANGE | {"trustStateDesired": "untrusted"}).status_code == 204
    assert api.read(url)["trustState"] == "untrusted"
    world.advance(api.account, TWENTY_YEARS)
    assert api.read(url)["trustState"] == "expired"
    (found,) = api.read(f"{PATH}?filter=trustState%20eq%20'expired'")["items"]
    assert found["id"] == made["id"]
    assert number(api.put(url, CHANGE | {"trustStateDesired": "trusted"})) == 110


def test_a_new_certificate_is_signed_by_another_unless_it_is_said(api: Api) -> None:
    made = create(api)
    url = f"{PATH}/{made['id']}"
    assert api.put(url, CHANGE | {"cert": made["cert"]}).status_code == 204
    assert api.read(url)["isSelfSigned"] == "false"


@pytest.mark.parametrize("text", [b"", b"\xff\xff", b"-----BEGIN CERTIFICATE-----\nAAAA"])
def test_what_is_no_certificate_is_refused(api: Api, text: bytes) -> None:
    response = api.post(PATH, CHANGE | {"cert": base64.b64encode(text).decode()})
    assert (number(response), invalid(response)) == (9, ["cert"])
