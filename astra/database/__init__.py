"""Django's PostgreSQL, with sessions that outlive a request and statements that stay prepared."""
