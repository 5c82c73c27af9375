"""The section of AutoSupport bundles, each called by the start of its window."""

from typing import Any

from astra.resources.sections import ResourceSection
from astra.scenarios.sections import Item
from installation.lifecycle import ASUP
from installation.models.support import UploadState


class AsupSection(ResourceSection):
    """`asups` of an account; without a window one is of the day before it was made."""

    needs = ("dataWindowStart",)
    key = "dataWindowStart"
    members = ("upload", "triggerType", "dataWindowStart", "dataWindowEnd")

    def further(self, item: Item) -> dict[str, Any]:
        """Return the columns of its upload, which is complete with it."""
        uploaded = UploadState.COMPLETED if item.get("upload") else None
        is_over = item.get("state", ASUP.success) in ASUP.final
        return super().further(item) | {
            "upload_state": uploaded if is_over else uploaded and UploadState.PENDING,
            "upload_state_details": [],
            "outcome_upload_state": uploaded,
            "outcome_upload_details": [],
        }

    def build(self, item: Item) -> Any:
        """Return the row, its window checked."""
        row = self.new_row(item, **self.staged(item))
        self.complete(item, row)
        return [row]
