"""The metrics of an account, as a parser of OpenMetrics reads them."""

from typing import Any

from prometheus_client.openmetrics.parser import text_string_to_metric_families

from astra.accounts.models import Account
from backups.models import App, Bucket
from tests import world
from tests.conftest import Api, number


def test_the_metrics_say_what_an_account_has(
    api: Api, account: Account, app: App, bucket: Bucket, stranger: Api
) -> None:
    world.make_backup(app, bucket)
    world.make_backup(app, bucket, state="failed")
    world.make_app(stranger.account)
    Bucket.objects.update(stored_bytes=5)
    response = api.get("metrics", Accept="text/html")
    assert response["Content-Type"] == "application/openmetrics-text"
    text = response.content.decode()
    assert text.endswith("# EOF\n")
    families: Any = text_string_to_metric_families(text)  # type: ignore[no-untyped-call]
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }
    assert found["astra_apps", "ready"] == 1
    assert found["astra_app_backups", "completed"] == found["astra_app_backups", "failed"] == 1
    assert found["astra_buckets", "available"] == 1
    assert found["astra_bucket_bytes", str(bucket.id)] == 5


def test_the_metrics_take_no_parameter_and_no_other_method(api: Api) -> None:
    assert number(api.get("metrics?limit=1")) == 6
    assert number(api.post("metrics", {})) == 69
