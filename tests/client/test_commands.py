"""No command of the client is forgotten."""

from tests.client import (  # noqa: F401 - they say what they type
    test_identity,
    test_list,
    test_manage,
    test_protection,
    test_replication,
    test_waiting,
)
from tests.client.actoolkit import Client
from tests.client.commands import CLIENT, typed

pytestmark = CLIENT

# They speak to a cluster, by helm or kubectl, and not to this API.
EXCLUDED = {"deploy acp", "deploy chart"}


def test_every_command_is_typed_by_a_test(client: Client) -> None:
    client.succeeds("list", "apps")
    assert typed() | EXCLUDED == set(client.commands)
    assert not typed() & EXCLUDED
