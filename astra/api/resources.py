"""What a kind of resource is called on the wire."""

from dataclasses import dataclass

from astra.api.media import resource_media_type


def article(kind: str) -> str:
    """Return the indefinite article before the name of a kind: a user, an app."""
    return "an" if kind[:1] in "aeio" else "a"


@dataclass(frozen=True, slots=True)
class ResourceKind:
    """A kind such as `roleBinding`: its names, its versions (newest first) and its media type."""

    name: str
    plural: str
    versions: tuple[str, ...]

    @property
    def class_name(self) -> str:
        """What its classes are called: `RoleBinding`."""
        return self.name[0].upper() + self.name[1:]

    @property
    def type(self) -> str:
        """The `type` member of an instance."""
        return f"application/astra-{self.name}"

    @property
    def list_type(self) -> str:
        """The `type` member of a list."""
        return f"application/astra-{self.plural}"

    @property
    def media_type(self) -> str:
        """The media type of an instance on the wire."""
        return resource_media_type(self.name)
