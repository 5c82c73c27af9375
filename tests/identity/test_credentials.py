"""credentials: what the contract does not say: written and never shown, by type, and who needs them."""

import base64
import json
from typing import Any

import pytest

from astra.accounts.models import Account
from astra.isolation.checkpoints import checkpoint_restore, checkpoint_save, parts_of
from astra.journal.models import JournalEntry
from identity.models import Credential
from tests import world
from tests.conftest import Api, invalid, number

PATH = "core/v1/credentials"
SECRET = "open sesame, one two three"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def kubeconfig(**cluster: str) -> str:
    described = {"name": "east", "cluster": {"server": "https://east:6443", **cluster}}
    return json.dumps({"apiVersion": "v1", "kind": "Config", "clusters": [described]})


def body(key_type: str = "s3", **members: Any) -> dict[str, Any]:
    parts: dict[str, dict[str, str]] = {
        "s3": {"accessKey": encoded(SECRET), "accessSecret": encoded(SECRET)},
        "kubeconfig": {"base64": encoded(kubeconfig())},
        "generic": {"bindDn": encoded("cn=admin"), "password": encoded(SECRET)},
        "passwordHash": {"cleartext": encoded(SECRET), "change": encoded("true")},
    }
    return {
        "type": "application/astra-credential",
        "version": "1.1",
        "name": "mine",
        "keyType": key_type,
        "keyStore": parts.get(key_type, {}),
        **members,
    }


def create(api: Api, path: str, sent: Any) -> Any:
    response = api.post(path, sent)
    assert response.status_code == 201, response.content
    return json.loads(response.content)


def put(api: Api, credential: Any, sent: Any, **headers: str) -> Any:
    return api.put(f"{PATH}/{credential}", sent, **headers)


def test_a_secret_is_shown_by_nothing(api: Api, account: Account) -> None:
    made = create(api, PATH, body())
    texts = [
        json.dumps(api.read(PATH)),
        json.dumps(api.read(f"{PATH}/{made['id']}")),
        json.dumps(list(JournalEntry.objects.values()), default=str),
        json.dumps(list(Credential.objects.values()), default=str),
        "".join(
            array for _, array, _ in parts_of(checkpoint_save(account_id=account.id, name="a"))
        ),
    ]
    assert made["id"] in texts[-1]
    for text in texts:
        assert encoded(SECRET) not in text
        assert SECRET not in text


def test_a_checkpoint_brings_a_credential_back(api: Api, account: Account) -> None:
    made = create(api, PATH, body())
    stored = Credential.objects.values().get(id=made["id"])
    checkpoint_save(account_id=account.id, name="a")
    assert api.delete(f"{PATH}/{made['id']}").status_code == 204
    checkpoint_restore(account_id=account.id, name="a")
    assert Credential.objects.values().get(id=made["id"]) == stored


def test_equal_secrets_are_not_stored_alike(api: Api) -> None:
    first, second = (create(api, PATH, body())["id"] for _ in range(2))
    stored = dict(Credential.objects.values_list("id", "key_store"))
    parts = [part for store in stored.values() for part in store.values()]
    assert {str(identifier) for identifier in stored} == {first, second}
    assert len(set(parts)) == 4


def test_labels_that_elsewhere_the_service_sets_are_taken_and_kept(api: Api) -> None:
    label = {"name": "astra.netapp.io/labels/read-only/credType", "value": "s3"}
    made = create(api, PATH, body(metadata={"labels": [label]}))
    other = {"name": "team", "value": "a"}
    put(api, made["id"], body(metadata={"labels": [other]}))
    assert api.read(f"{PATH}/{made['id']}")["metadata"]["labels"] == [label, other]
    changed = label | {"value": "service-account"}
    put(api, made["id"], body(metadata={"labels": [changed]}))
    assert api.read(f"{PATH}/{made['id']}")["metadata"]["labels"] == [changed]


def test_a_type_that_is_not_said_is_generic(api: Api) -> None:
    sent = body("generic")
    del sent["keyType"]
    assert create(api, PATH, sent)["keyType"] == "generic"


@pytest.mark.parametrize(
    ("key_type", "parts", "names"),
    [
        ("generic", {}, ["keyStore"]),
        ("s3", {"accessKey": "QQ=="}, ["keyStore.accessSecret"]),
        ("apikey", {"key": "QQ=="}, ["keyStore.apikey"]),
        (
            "passwordHash",
            {"cleartext": "", "change": "QQ=="},
            ["keyStore.change", "keyStore.cleartext"],
        ),
        ("kubeconfig", {"base64": encoded(kubeconfig()), "more": ""}, ["keyStore.more"]),
        ("kubeconfig", {"base64": encoded('{"clusters": []}')}, ["keyStore.base64"]),
        ("kubeconfig", {"base64": encoded("[" * 100_000)}, ["keyStore.base64"]),
        ("kubeconfig", {"base64": encoded("clusters: &a [*a]")}, ["keyStore.base64"]),
        ("kubeconfig", {"base64": encoded("clusters: [*a")}, ["keyStore.base64"]),
        ("kubeconfig", {"base64": encoded(kubeconfig(server="a\0b"))}, ["keyStore.base64"]),
        ("kubeconfig", {"base64": "////"}, ["keyStore.base64"]),
        (
            "certificate",
            {"certificate": encoded("-----BEGIN CERTIFICATE-----")},
            ["keyStore.certificate"],
        ),
        ("privkey", {"privkey": encoded("-----BEGIN PRIVATE KEY-----")}, ["keyStore.privkey"]),
        ("generic", {"a\0b": "QQ=="}, ["keyStore"]),
    ],
)
def test_what_a_type_needs_is_checked(
    api: Api, key_type: str, parts: dict[str, str], names: list[str]
) -> None:
    response = api.post(PATH, body(key_type, keyStore=parts))
    assert (number(response), sorted(invalid(response))) == (9, names)


def test_parts_are_base64(api: Api) -> None:
    response = api.post(PATH, body(keyStore={"accessKey": "?", "accessSecret": "QQ=="}))
    assert (number(response), invalid(response)) == (8, ["keyStore.accessKey"])


@pytest.mark.parametrize(
    "text", [kubeconfig(), "clusters:\n- name: east\n  cluster: {server: s}\n"]
)
def test_a_kubeconfig_says_its_cluster(api: Api, text: str) -> None:
    made = create(api, PATH, body("kubeconfig", keyStore={"base64": encoded(text)}))
    cluster = Credential.objects.get(id=made["id"]).cluster
    assert cluster is not None
    assert cluster["cluster"] == "east"


def test_an_instant_that_does_not_exist_is_refused(api: Api) -> None:
    response = api.post(PATH, body(validUntilTimestamp="2026-02-30T00:00:00Z"))
    assert (number(response), invalid(response)) == (8, ["validUntilTimestamp"])


def test_another_type_is_a_conflict(api: Api) -> None:
    made = create(api, PATH, body())
    assert number(put(api, made["id"], body("generic"))) == 39


def test_conditions_that_do_not_parse_are_refused(api: Api) -> None:
    made = create(api, PATH, body())
    response = put(api, made["id"], body(), If_Match="x", If_Unmodified_Since="yesterday")
    assert number(response) == 12
    names = [each["name"] for each in json.loads(response.content)["invalidParams"]]
    assert names == ["If-Match", "If-Unmodified-Since"]


class TestPasswords:
    """A credential that is the password of a local user."""

    def test_it_is_called_like_its_user(self, api: Api, account: Account) -> None:
        user = world.make_user(account)
        assert create(api, PATH, body("passwordHash", name=str(user.id)))["name"] == str(user.id)
        assert number(api.post(PATH, body("passwordHash", name=str(user.id)))) == 39

    def test_nobody_else_has_one(self, api: Api, account: Account, stranger: Api) -> None:
        remote = world.make_user(account, auth_provider="ldap")
        for name in ("mine", str(world.some_id()), str(remote.id), str(stranger.user_id)):
            response = api.post(PATH, body("passwordHash", name=name))
            assert (number(response), invalid(response)) == (9, ["name"])

    def test_it_goes_with_its_user_alone(self, api: Api, account: Account) -> None:
        user = world.make_user(account, role="viewer")
        made = create(api, PATH, body("passwordHash", name=str(user.id)))
        assert number(api.delete(f"{PATH}/{made['id']}")) == 11
        assert api.delete(f"core/v1/users/{user.id}").status_code == 204
        assert number(api.get(f"{PATH}/{made['id']}")) == 2

    def test_a_new_one_is_another(self, api: Api, account: Account) -> None:
        user = world.make_user(account)
        sent = body("passwordHash", name=str(user.id))
        made = create(api, PATH, sent)
        assert number(put(api, made["id"], sent)) == 81
        other = {"cleartext": encoded("another"), "change": encoded("false")}
        assert put(api, made["id"], sent | {"keyStore": other}).status_code == 200
        response = put(api, made["id"], sent | {"keyStore": other, "name": "x"})
        assert (number(response), invalid(response)) == (9, ["name"])


class TestBuckets:
    """What becomes of a bucket when its credential goes."""

    @staticmethod
    def bucket(api: Api, credential: str) -> Any:
        sent = {
            "type": "application/astra-bucket",
            "version": "1.1",
            "name": "store",
            "credentialID": credential,
            "provider": "generic-s3",
            "bucketParameters": {"s3": {"serverURL": "s3.example.com", "bucketName": "store"}},
        }
        return create(api, "topology/v1/buckets", sent)

    def test_it_fails_and_is_back_with_another(self, api: Api, account: Account) -> None:
        first, second = (create(api, PATH, body())["id"] for _ in range(2))
        url = f"topology/v1/buckets/{self.bucket(api, first)['id']}"
        world.advance(account, 5)
        assert api.read(url)["state"] == "available"

        assert api.delete(f"{PATH}/{first}").status_code == 204
        world.advance(account, 5)
        failed = api.read(url)
        assert (failed["state"], failed["stateDetails"][0]["title"]) == ("failed", "Access denied")

        rotated = {"type": "application/astra-bucket", "version": "1.2", "credentialID": second}
        assert api.put(url, rotated).status_code == 204
        world.advance(account, 5)
        back = api.read(url)
        assert (back["state"], back["stateDetails"], back["credentialID"]) == (
            "available",
            [],
            second,
        )

    def test_one_that_is_verified_will_fail(self, api: Api, account: Account) -> None:
        credential = create(api, PATH, body())["id"]
        url = f"topology/v1/buckets/{self.bucket(api, credential)['id']}"
        api.delete(f"{PATH}/{credential}")
        world.advance(account, 5)
        assert api.read(url)["state"] == "failed"

    def test_what_it_named_may_be_sent_back(self, api: Api) -> None:
        credential = create(api, PATH, body())["id"]
        made = self.bucket(api, credential)
        api.delete(f"{PATH}/{credential}")
        sent = {"type": made["type"], "version": "1.2", "name": "x", "credentialID": credential}
        url = f"topology/v1/buckets/{made['id']}"
        assert api.put(url, sent).status_code == 204
        assert api.read(url)["name"] == "x"
