"""What is found in a cluster of which nothing else is known: as members of the resources."""

from collections.abc import Mapping, Sequence

# Of each section of scenarios, which are called like the collections.
CONTENTS: Mapping[str, Sequence[Mapping[str, str | bool]]] = {
    "namespaces": (
        {"name": "default"},
        {"name": "kube-system", "systemType": "kubernetes"},
        {"name": "kube-public", "systemType": "kubernetes"},
        {"name": "kube-node-lease", "systemType": "kubernetes"},
        {"name": "trident", "systemType": "netapp"},
    ),
    "storageClasses": (
        {"name": "ontap-gold", "isDefault": True},
        {"name": "ontap-bronze"},
        {
            "name": "local-path",
            "provisioner": "rancher.io/local-path",
            "available": "ineligible",
            "volumeBindingMode": "WaitForFirstConsumer",
        },
    ),
}
