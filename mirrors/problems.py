"""The problems of the catalogue that only this family answers."""

from astra.api.problems import CATALOGUE

CLUSTER_NOT_FOUND = CATALOGUE[106]
SOURCE_INVALID = CATALOGUE[117]
STORAGE_CLASS_INVALID = CATALOGUE[118]
REPLICATION_NOT_SUPPORTED = CATALOGUE[150]
