"""Where this service answers otherwise than the published document of release 24.02, and why.

The one list: ``tests.reference`` complains about every other answer, ``tests.openapi`` about every
other difference between the two documents. Each entry says what is different; those with problem
numbers also say on which operations the number may appear although the published document does not
list it there, or never appears although it does. The list only shrinks.
"""

import re

from tests.extras import estate, everywhere, protection

EXTRAS = (*everywhere.EXTRAS, *protection.EXTRAS, *estate.EXTRAS)


def is_explained(difference: str) -> bool:
    """Tell whether a difference of the documents, `+ fact` or `- fact`, is intended."""
    return any(re.search(pattern, difference) for extra in EXTRAS for pattern in extra.facts)


def is_unanswered(operation: str, number: int) -> bool:
    """Tell whether the problem never appears on the operation although it is listed there."""
    return any(number in extra.unanswered and re.search(extra.where, operation) for extra in EXTRAS)


def is_extra(operation: str, number: int) -> bool:
    """Tell whether the problem may appear on the operation although it is not listed there."""
    return any(extra.covers(operation, number) for extra in EXTRAS)
