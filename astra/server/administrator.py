"""The person who may use the admin site: made at first start."""

import secrets

from django.contrib.auth.models import User

from astra.api.files import write_private
from astra.api.options import Options

USERNAME = "admin"
FILE_NAME = "admin_password"


def ensure_administrator(options: Options) -> str | None:
    """Make sure that `admin` exists; return the password, None if it was changed on the site.

    ``ASTRA_ADMIN_PASSWORD`` decides it at every start; otherwise it is made once and kept in the
    data folder.
    """
    path = options.data_dir / FILE_NAME
    kept = path.read_text().strip() if path.exists() else ""
    password = options.admin_password or kept
    administrator = User.objects.filter(username=USERNAME).first()
    if administrator is None:
        password = password or secrets.token_urlsafe(12)
        User.objects.create_superuser(USERNAME, password=password)
    elif not administrator.check_password(password):
        if not options.admin_password:
            return None
        administrator.set_password(password)
        administrator.save(update_fields=["password"])
    if password != kept:
        write_private(path, password + "\n")
    return password
