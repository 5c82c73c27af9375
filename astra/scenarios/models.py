"""Which scenarios were loaded."""

from django.db import models

from astra.api.clock import real_now


class SeededScenario(models.Model):
    """A scenario that was loaded into this database."""

    name = models.CharField(max_length=127, primary_key=True)
    # None where an earlier version of the service loaded it.
    document = models.JSONField(null=True, help_text="What was loaded last, its parameters put in.")
    seeded_at = models.DateTimeField(default=real_now)

    class Meta:
        verbose_name = "scenario"

    def __str__(self) -> str:
        return self.name
