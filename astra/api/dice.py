"""The one source of randomness and of ids.

Elsewhere ids are random; under a manual clock they follow from the account's seed and a draw number,
so that the same requests in the same order get the same answers (``SeededDice``).
"""

import hashlib
import uuid
from collections.abc import Callable

NIL_ID = uuid.UUID(int=0)


class Dice:
    """What hands out ids for one request: from the operating system's randomness."""

    def new_id(self) -> uuid.UUID:
        """Return an unused version 4 UUID."""
        return uuid.uuid4()  # noqa: TID251 (this is the one place)


class SeededDice(Dice):
    """Ids from a seed and draw numbers; ``draw`` returns the next number, never the same twice."""

    def __init__(self, seed: int, draw: Callable[[], int]) -> None:
        self._seed = seed
        self._draw = draw

    def new_id(self) -> uuid.UUID:
        digest = hashlib.md5(f"{self._seed}:{self._draw()}".encode(), usedforsecurity=False)
        return uuid.UUID(bytes=digest.digest(), version=4)


RANDOM_DICE = Dice()


def new_id() -> uuid.UUID:
    """Return a random id: the default of every primary key."""
    return RANDOM_DICE.new_id()


def unit_interval(seed: int, identifier: uuid.UUID | str, stage: str) -> float:
    """Return a number in [0, 1) that follows from seed, id and stage: 4 bytes of their MD5."""
    text = f"{seed}:{identifier}:{stage}".encode()
    return int(hashlib.md5(text, usedforsecurity=False).hexdigest()[:8], 16) / 4294967296.0
