"""POST …/apps/{app_id}/appBackups, as the user's document has it."""

from tests.conftest import Api
from backups.models import App, Bucket


def test_example(api: Api, app: App, bucket: Bucket) -> None:
    response = api.create_backup(app, name="app-name-245")
    print(response.content, dict(response.headers))
    assert response.status_code == 201, response.content
    assert 0


def test_settle(api: Api, app: App, bucket: Bucket) -> None:
    from datetime import timedelta
    from astra.simulation.settling import settle_account
    from astra.simulation.models import Transition
    import json
    b = json.loads(api.create_backup(app).content)
    for s in (1, 2.5, 6, 12, 30):
        at = api.account.clock_sim + timedelta(seconds=s)
        type(api.account).objects.update(clock_sim=at)
        print(s, [(h.kind, h.from_state, h.to_state, str(h.at)[17:]) for h in settle_account(api.account.id, at)])
        print(api.get(f"topology/v1/appBackups/{b['id']}").content.decode())
    print(list(Transition.objects.values_list("kind", "sequence", "from_state","to_state")))
    print(api.get(f"k8s/v1/apps/{app.id}/appBackups?include=id,name,percentDone&limit=1&count=true").content)
    print(api.get(f"k8s/v1/apps/{app.id}/appSnaps").content)
    print(api.get(f"k8s/v2/apps").content)
    print(api.get(f"").content)
    print(api.get(f"nowhere").content)
    print(api.delete(f"topology/v1/appBackups/{b['id']}").status_code)
    print(api.get(f"topology/v1/appBackups/{b['id']}").content)
    assert 0
