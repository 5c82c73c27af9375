"""The problems of the catalogue that only this family answers."""

from astra.api.problems import CATALOGUE

NOT_IN_DIRECTORY = CATALOGUE[14]
CREDENTIAL_EXISTS = CATALOGUE[39]
SAME_PASSWORD = CATALOGUE[81]
CERTIFICATE_EXPIRED = CATALOGUE[110]
