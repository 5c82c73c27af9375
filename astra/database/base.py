"""The database backend that the settings name; Django looks for it in a module of this name."""

from typing import Any, ClassVar

from django.db.backends.postgresql import base

from astra.database.domains import SchemaEditor
from astra.database.patience import seconds_left
from astra.database.sessions import Session, Sessions


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's PostgreSQL, its sessions handed out by ``Sessions``.

    `OPTIONS["pool"]` has `max_size`, the most that a process has, and `timeout`, the seconds that one
    is waited for; without it a thread has a session of its own.
    """

    SchemaEditorClass = SchemaEditor
    _pools: ClassVar[dict[str, Sessions]] = {}

    @property
    def pool(self) -> Sessions | None:
        """The idle sessions of the process, None outside any pool."""
        options = self.settings_dict["OPTIONS"].get("pool")
        if not options:
            return None
        found = self._pools.get(self.alias)
        if found is None:
            made = Sessions(self._opened, most=options["max_size"], timeout=options["timeout"])
            # At worst several threads make one; the first counts.
            found = self._pools.setdefault(self.alias, made)
        return found

    def close_pool(self) -> None:
        """Close what is idle; the settings may have changed when one is wanted again."""
        if pool := self._pools.pop(self.alias, None):
            pool.close()

    def get_new_connection(self, conn_params: dict[str, Any]) -> Session:
        """Return a session from the pool if there is one, else a new one."""
        pool = self.pool
        return Session.connect(**conn_params) if pool is None else pool.getconn()

    def _opened(self) -> Session:
        asked = self.get_connection_params()
        if (left := seconds_left()) is not None:
            asked["connect_timeout"] = min(int(asked.get("connect_timeout", left)), int(left) + 1)
        session = Session.connect(**asked, autocommit=True)
        self._configure_connection(session)  # type: ignore[attr-defined]
        return session
