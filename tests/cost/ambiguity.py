"""How long a regular expression can take: whether one text can be matched in ever more ways.

A matcher that backtracks tries every way before it gives up. The number of ways grows with the
length of the text when there are two states of the automaton, each on a loop, and a word that leads
from the one to itself, from the one to the other, and from the other to itself (Weber and Seidl, 'On
the degree of ambiguity of finite automata'). Then the time is the square of the length or worse.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from re import _constants as sre
from re import _parser
from typing import Any

Chars = frozenset[str]
_CATEGORIES: dict[Any, Callable[[str], bool]] = {
    sre.CATEGORY_DIGIT: str.isdecimal,
    sre.CATEGORY_SPACE: str.isspace,
    sre.CATEGORY_WORD: lambda char: char.isalnum() or char == "_",
}
# A bounded repetition is as good as so many copies.
_COPIES = 2


class Automaton:
    """The automaton of a pattern, without captures; of ``search``, with what comes before a match."""

    def __init__(self, pattern: str, *, search: bool) -> None:
        parsed = list(_parser.parse(pattern))
        self._alphabet = frozenset("aZ0_ \n-\xe9") | set(_mentioned(parsed))
        # Edges without a character: where to, and which characters may not come next.
        self._free: dict[int, list[tuple[int, Chars]]] = {}
        self._edges: dict[int, list[tuple[Chars, int]]] = {}
        self._numbers = itertools.count()
        self._search = search
        self._accept = self._state()
        # A look behind at the begin of a pattern: what the character before must not be.
        self._behind: Chars = frozenset()
        self._behind_holds = True
        first = self._state()
        self._link(self._sequence(parsed, first), self._accept)
        if search and not (parsed and parsed[0][0] is sre.AT):
            self._skip(first, parsed)

    def _skip(self, first: int, parsed: list[Any]) -> None:
        """Let any text come before the match."""
        after, rest = self._state(), self._state()
        for state in (after, rest):
            self._edges[state] = [(self._behind, after), (self._alphabet - self._behind, rest)]
        self._link(rest, first)
        self._behind_holds = False
        begin = self._state()
        self._link(self._sequence(parsed, begin), self._accept)
        self._link(after, begin)

    def is_ambiguous(self) -> bool:
        """Tell whether the number of ways to match a text grows with its length."""
        self._alphabet = self._representatives()
        steps = {state: self._steps(state) for state in range(next(self._numbers))}
        reached = {state: _reached(state, steps) for state in steps}
        loops = [state for state in steps if state in reached[state] and not self._is_match(state)]
        return any(
            self._meets((p, p, q), (p, q, q), steps)
            if p != q
            else self._meets((p, p), (p, p), steps, apart=True)
            for p, q in itertools.product(loops, loops)
            if p == q or q in reached[p]
        )

    def _representatives(self) -> Chars:
        """Return one character of each sort that the automaton tells apart."""
        sets = [chars for edges in self._edges.values() for chars, _ in edges]
        sets += [chars for edges in self._free.values() for _, chars in edges]
        sorts = {tuple(char in chars for chars in sets): char for char in sorted(self._alphabet)}
        return frozenset(sorts.values())

    def _meets(
        self,
        begin: tuple[int, ...],
        end: tuple[int, ...],
        steps: dict[int, dict[str, set[int]]],
        *,
        apart: bool = False,
    ) -> bool:
        """Tell whether one word leads from states to states; ``apart``: not all on the same way."""
        seen = {(begin, False)}
        pending = [(begin, False)]
        while pending:
            states, was_apart = pending.pop()
            for char in self._alphabet:
                for others in itertools.product(*(steps[state].get(char, ()) for state in states)):
                    is_apart = was_apart or len(set(others)) > 1
                    if others == end and (is_apart or not apart):
                        return True
                    if (others, is_apart) not in seen:
                        seen.add((others, is_apart))
                        pending.append((others, is_apart))
        return False

    def _steps(self, state: int) -> dict[str, set[int]]:
        found: dict[str, set[int]] = {}
        for each, forbidden in self._closure(state):
            for chars, target in self._edges.get(each, ()):
                for char in (chars & self._alphabet) - forbidden:
                    found.setdefault(char, set()).add(target)
        return found

    def _is_match(self, state: int) -> bool:
        """Tell whether the pattern matches here, whatever follows: then nothing is tried again."""
        return self._search and any(each == self._accept for each, _ in self._closure(state))

    def _closure(self, state: int) -> set[tuple[int, Chars]]:
        seen = {(state, frozenset[str]())}
        pending = list(seen)
        while pending:
            each, forbidden = pending.pop()
            for target, further in self._free.get(each, ()):
                if (entry := (target, forbidden | further)) not in seen:
                    seen.add(entry)
                    pending.append(entry)
        return seen

    def _state(self) -> int:
        return next(self._numbers)

    def _link(self, state: int, target: int, forbidden: Chars = frozenset()) -> None:
        self._free.setdefault(state, []).append((target, forbidden))

    def _sequence(self, parsed: Iterable[Any], state: int) -> int:
        for operation, argument in parsed:
            state = self._item(operation, argument, state)
        return state

    def _item(self, operation: Any, argument: Any, state: int) -> int:
        if operation in (sre.LITERAL, sre.NOT_LITERAL, sre.IN, sre.ANY):
            target = self._state()
            self._edges.setdefault(state, []).append((self._chars(operation, argument), target))
            return target
        if operation is sre.BRANCH:
            target = self._state()
            for branch in argument[1]:
                self._link(self._sequence(branch, state), target)
            return target
        if operation is sre.SUBPATTERN:
            return self._sequence(argument[-1], state)
        if operation in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            least, most, what = argument
            possessive = operation is sre.POSSESSIVE_REPEAT
            return self._repeat(least, most, what, state, possessive=possessive)
        if operation is sre.ASSERT:
            return self._sequence(argument[1], state)
        if operation is sre.ASSERT_NOT and argument[0] < 0:
            [[operation, argument]] = argument[1]
            self._behind = self._chars(operation, argument)
            return state if self._behind_holds else self._state()
        assert operation is sre.AT, operation
        return state

    def _repeat(self, least: int, most: Any, what: Any, state: int, *, possessive: bool) -> int:
        for _ in range(min(least, _COPIES)):
            state = self._sequence(what, state)
        end = self._state()
        if most is not sre.MAXREPEAT:
            for _ in range(min(most - least, _COPIES)):
                self._link(state, end)
                state = self._sequence(what, state)
            self._link(state, end)
            return end
        loop = self._state()
        self._link(state, loop)
        self._link(self._sequence(what, loop), loop)
        [[operation, argument]] = what if possessive else [[sre.LITERAL, 0]]
        self._link(loop, end, self._chars(operation, argument) if possessive else frozenset())
        return end

    def _chars(self, operation: Any, argument: Any) -> Chars:
        if operation is sre.IN:
            negated = argument[0][0] is sre.NEGATE
            among = [*argument[1:]] if negated else argument
            return frozenset(
                char
                for char in self._alphabet
                if any(_is_among(char, *each) for each in among) != negated
            )
        return frozenset(char for char in self._alphabet if _is_among(char, operation, argument))


def _is_among(char: str, operation: Any, argument: Any) -> bool:
    if operation is sre.LITERAL:
        return bool(ord(char) == argument)
    if operation is sre.NOT_LITERAL:
        return bool(ord(char) != argument)
    if operation is sre.RANGE:
        return bool(argument[0] <= ord(char) <= argument[1])
    if operation is sre.ANY:
        return char != "\n"
    name = str(argument).replace("_NOT_", "_")
    category = next(each for each in _CATEGORIES if str(each) == name)
    return _CATEGORIES[category](char) != (name != str(argument))


def _mentioned(parsed: Any) -> Iterator[str]:
    """Yield every character that a pattern names, at any depth."""
    if (
        isinstance(parsed, tuple)
        and len(parsed) == 2
        and parsed[0] in (sre.LITERAL, sre.NOT_LITERAL)
    ):
        yield chr(parsed[1])
    elif isinstance(parsed, tuple) and len(parsed) == 2 and parsed[0] is sre.RANGE:
        yield from map(chr, parsed[1])
    elif isinstance(parsed, tuple | list | _parser.SubPattern):
        for each in parsed:
            yield from _mentioned(each)


def _reached(state: int, steps: dict[int, dict[str, set[int]]]) -> set[int]:
    """Return the states that some text leads to, of at least one character."""
    seen: set[int] = set()
    pending = [state]
    while pending:
        for targets in steps[pending.pop()].values():
            pending.extend(targets - seen)
            seen |= targets
    return seen


def is_ambiguous(pattern: str, *, search: bool) -> bool:
    """Tell whether matching may take the square of a text's length or more.

    ``search``: a match is looked for at every place of the text, not only at its begin.
    """
    return Automaton(pattern, search=search).is_ambiguous()
