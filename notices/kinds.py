"""The kinds of resources that tell people something, as the API names them."""

from astra.api.resources import ResourceKind

EVENT = ResourceKind("event", "events", ("1.4", "1.3", "1.2", "1.1", "1.0"))
NOTIFICATION = ResourceKind("notification", "notifications", ("1.3", "1.2", "1.1", "1.0"))
UNREAD = ResourceKind("unreadNotification", "unreadNotifications", ("1.0",))
TASK = ResourceKind("task", "tasks", ("1.1", "1.0"))
