"""The manifests of `kubernetes/`, and what Kubernetes' own schemas say of them.

`kubernetes-schema.json` has the schemas of the kinds in use, without their texts, taken from the package
`kubernetes-validate`: `python -m deploy.manifests FOLDER`, a folder of its `kubernetes-json-schema`.
"""

import json
import sys
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

DEPLOY = Path(__file__).parent
FOLDER = DEPLOY / "kubernetes"
SCHEMA = DEPLOY / "kubernetes-schema.json"
_LISTED = "kustomization.yaml"


def files() -> list[str]:
    """Return the names of the files that are applied, in their order."""
    listed: list[str] = yaml.safe_load((FOLDER / _LISTED).read_text())["resources"]
    return listed


def manifests() -> list[dict[str, Any]]:
    """Return every manifest."""
    return [each for name in files() for each in yaml.safe_load_all((FOLDER / name).read_text())]


def faults(manifest: dict[str, Any]) -> list[str]:
    """Return what is wrong with a manifest, each with its place."""
    schema = json.loads(SCHEMA.read_text())
    kind = f"{manifest.get('apiVersion')} {manifest.get('kind')}"
    if kind not in schema["kinds"]:
        return [f"no schema of {kind}"]
    validator = Draft202012Validator({"$ref": schema["kinds"][kind], "$defs": schema["$defs"]})
    return [f"{each.json_path}: {each.message}" for each in validator.iter_errors(manifest)]


def schema_of(folder: Path, kinds: set[str]) -> dict[str, Any]:
    """Return the schemas of some kinds, and all that they refer to."""
    known = json.loads((folder / "_definitions.json").read_text())["$defs"]
    roots = {
        f"{'/'.join(filter(None, (each['group'], each['version'])))} {each['kind']}": name
        for name, definition in known.items()
        for each in definition.get("x-kubernetes-group-version-kind", [])
    }
    taken: dict[str, Any] = {}

    def take(name: str) -> str:
        if name not in taken:
            taken[name] = None
            taken[name] = bare(known[name])
        return f"#/$defs/{name}"

    def bare(node: Any) -> Any:
        if isinstance(node, list):
            return [bare(each) for each in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return {"$ref": take(str(node["$ref"]).rpartition("/")[2])}
        return {
            name: bare(value)
            for name, value in node.items()
            if not (name == "description" and isinstance(value, str)) and name[:2] != "x-"
        }

    return {"kinds": {kind: take(roots[kind]) for kind in sorted(kinds)}, "$defs": taken}


if __name__ == "__main__":
    wanted = {f"{each['apiVersion']} {each['kind']}" for each in manifests()}
    found = schema_of(Path(sys.argv[1]), wanted)
    SCHEMA.write_text(json.dumps(found, sort_keys=True, separators=(",", ":")) + "\n")
