"""The page on fault rules: the table of effects, from the code, between two lines of `docs/faults.md`."""

import re

from astra.faults.effects.base import FateEffect
from astra.faults.effects.registered import EFFECTS

BEGIN = "<!-- effects: written by `manage.py faults page` -->"
END = "<!-- end of effects -->"


def effects_table() -> str:
    """Return the table of all effects, as Markdown."""
    rows = ["| effect | when | what it does | parameters |", "|---|---|---|---|"]
    for effect in EFFECTS.values():
        when = "creation" if isinstance(effect, FateEffect) else "call"
        fields = effect.parameters().fields
        parameters = "<br>".join(
            f"`{name}`{' (required)' if fields[name].required else ''}: {text}"
            for name, text in effect.explained.items()
        )
        rows.append(f"| `{effect.name}` | {when} | {effect.does} | {parameters or '–'} |")
    return "\n".join(rows)


def written(text: str) -> str:
    """Return the page with the table of today."""
    inside = f"{BEGIN}\n{effects_table()}\n{END}"
    return re.sub(f"{BEGIN}.*{END}", lambda _: inside, text, flags=re.DOTALL)
