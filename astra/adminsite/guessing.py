"""Log-ins of the admin site: one password at a time is looked at, and few of whoever guesses.

To look at one takes a processor some tenths of a second, by design. What is counted is counted by each
web process, in its memory: a table would be written to by every guess, and to lock the name out instead
of the address would lock out whoever has the right password too.
"""

from collections.abc import Callable

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from astra.api.problems import ApiProblem
from astra.api.statements import release
from astra.api.turns import Turns

# So many wrong ones of an address in so many seconds, then none.
MOST_WRONG, SECONDS = 10, 60
_turns = Turns(most=1, most_waiting=4)


def guarded(request: HttpRequest, log_in: Callable[[], HttpResponse]) -> HttpResponse:
    """Return what ``log_in`` answers to a password, or 429 where too many are sent."""
    wrong = f"wrong-passwords/{request.META.get('REMOTE_ADDR')}"
    if cache.get(wrong, 0) >= MOST_WRONG:
        return _too_many(SECONDS)
    # Whoever waits for a turn holds no session of the database.
    release()
    try:
        with _turns.turn(None):
            answer = log_in()
    except ApiProblem:
        return _too_many(1)
    if not request.user.is_authenticated:
        cache.add(wrong, 0, SECONDS)
        cache.incr(wrong)
    return answer


def _too_many(seconds: int) -> HttpResponse:
    return HttpResponse(
        "Too many passwords were tried. Come back later.\n",
        status=429,
        content_type="text/plain",
        headers={"Retry-After": str(seconds)},
    )
