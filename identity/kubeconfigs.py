"""What a kubeconfig says of its cluster; all else in it is secret."""

from dataclasses import dataclass
from typing import Any

import yaml

from astra.scenarios.documents import line_beyond

# With libyaml, where there is one.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# What is nested deeper would exhaust the stack when it is composed.
_MAX_DEPTH = 32


@dataclass(frozen=True, slots=True)
class Kubeconfig:
    """The name and the server of the one cluster that a kubeconfig describes."""

    cluster: str
    server: str


def parse_kubeconfig(text: bytes) -> Kubeconfig:
    """Return what a kubeconfig, JSON or YAML, says of its cluster; raises ``ValueError``.

    Only nodes are made of the text: no object grows out of its aliases.
    """
    try:
        is_shallow = line_beyond(text, _MAX_DEPTH) is None
        root = yaml.compose(text, Loader=_Loader) if is_shallow else None
    except yaml.YAMLError:
        root = None
    match _member(root, "clusters"):
        case yaml.SequenceNode(value=[described]):
            name, cluster = _member(described, "name"), _member(described, "cluster")
        case yaml.SequenceNode():
            raise ValueError("The kubeconfig must describe a single cluster.")
        case _:
            raise ValueError("Must be the base64 of a kubeconfig.")
    match name, _member(cluster, "server"):
        case yaml.ScalarNode(value=named), yaml.ScalarNode(value=server) if (
            "\0" not in named + server
        ):
            return Kubeconfig(named, server)
    raise ValueError("The kubeconfig must name its cluster and the server.")


def _member(node: yaml.Node | None, name: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for key, value in node.value if key.value == name), None)
