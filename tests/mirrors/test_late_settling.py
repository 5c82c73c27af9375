"""Time that has passed before anybody settles: what an app goes through stays in order."""

from datetime import timedelta

from astra.accounts.models import Account
from astra.engine.models import Transition
from backups.models import App
from mirrors.models import AppMirror
from tests.conftest import Api
from tests.mirrors.replicating import Replication

LATE = timedelta(minutes=10)


def let_time_pass(account: Account) -> None:
    """Move the clock as a running one moves, with no worker that settles."""
    account.refresh_from_db()
    account.clock_sim += LATE
    account.save()


def steps(app_id: object) -> list[Transition]:
    return list(Transition.objects.filter(resource_id=str(app_id)).order_by("sequence"))


def assert_in_order(app_id: object, *states: str) -> None:
    taken = steps(app_id)
    instants = [step.at for step in taken]
    assert instants == sorted(instants)
    assert [step.to_state for step in taken[-len(states) :]] == list(states)


def test_an_app_that_was_lost_goes_with_its_mirror_no_earlier_than_it_was_lost(
    api: Api, account: Account, replication: Replication
) -> None:
    replication.establish()
    destination = replication.show()["destinationAppID"]
    assert replication.delete().status_code == 204
    let_time_pass(account)
    assert api.delete(f"topology/v1/managedClusters/{replication.to.id}").status_code == 204
    replication.wait()
    assert not AppMirror.objects.filter(id=replication.id).exists()
    assert_in_order(destination, "unavailable", "deleted")


def test_an_app_that_was_lost_takes_over_no_earlier_than_it_was_lost(
    api: Api, account: Account, replication: Replication
) -> None:
    replication.establish()
    destination = replication.show()["destinationAppID"]
    replication.put(stateDesired="failedOver")
    let_time_pass(account)
    assert api.delete(f"topology/v1/managedClusters/{replication.to.id}").status_code == 204
    replication.wait()
    assert_in_order(destination, "unavailable", "ready")
    app = App.objects.get(id=destination)
    assert app.ends_at == app.modified_at == steps(destination)[-1].at
