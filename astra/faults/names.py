"""The closed list of effects by name: what the model and its constraint know of them."""

# They decide how a resource ends, when it is created.
FATE_EFFECTS = (
    "backup-fail",
    "backup-remove",
    "backup-unknown",
    "backup-never-ends",
    "hooks-fail",
    "snapshot-fail",
)
# They act on a request.
REQUEST_EFFECTS = ("refuse", "status", "delay", "drop-connection", "truncate")
EFFECT_NAMES = (*FATE_EFFECTS, *REQUEST_EFFECTS)
