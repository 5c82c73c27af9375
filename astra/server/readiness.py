"""Asks the running service whether it is ready."""

import http.client
import ssl

from astra.api.options import Options
from astra.server.addresses import listeners

_TIMEOUT_SECONDS = 5.0


def why_not_ready(options: Options, *, path: str) -> str | None:
    """Return what the service lacks for ``path`` to answer 200 on both listeners, None if nothing.

    HTTPS is asked as a client would, with the certificate verified.
    """
    plain, secure = listeners(options)
    context = ssl.create_default_context(cafile=options.data_dir / "tls" / "ca.pem")
    for connection in (
        http.client.HTTPConnection(plain.authority, timeout=_TIMEOUT_SECONDS),
        http.client.HTTPSConnection(secure.authority, timeout=_TIMEOUT_SECONDS, context=context),
    ):
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            return f"{connection.host}:{connection.port}: {error}"
        finally:
            connection.close()
        if response.status != http.client.OK:
            return f"GET {path} answered {response.status}: {body}"
    return None
