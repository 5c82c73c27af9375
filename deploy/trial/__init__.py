"""The deployment of `docs/deployment.md`, tried on this machine; run it as `make deploy-trial`."""

import os

import django

# What looks into the database is Django's; nothing of it is configured here, nor kept.
os.environ |= {"DJANGO_SETTINGS_MODULE": "astra.settings", "ASTRA_SECRET_KEY": "none"}
django.setup()
