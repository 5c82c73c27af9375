"""Keeping secrets out of the journal: passwords, keys and tokens are replaced before it is written.

A member of a JSON body, or a parameter of a query, is a secret by the end of its name; so is the
`value` beside such a `name` or `key`. JSON in a text of JSON is read, too. Text that is no JSON (a
form, XML, a body that was cut) is hidden as a whole if something in it has such a name. The password
in a URL, and the bearer token of the call itself wherever else it was put, are hidden everywhere.

Nothing here may cost more than linear time: a pattern never gives back what it took (`++`), and
begins only where a name begins.
"""

import re
from typing import Any
from urllib.parse import parse_qsl, unquote, unquote_plus, urlencode

import orjson

HIDDEN = "***"

# The API itself has `token` (in the answer that shows it) and `keyStore` (of a credential); the rest
# is what callers put where nothing asks for it. Compared without case, `-` and `_`.
SECRET_ENDINGS = (
    "password",
    "passphrase",
    "passcode",
    "passwd",
    "pwd",
    "secret",
    "token",
    "credential",
    "credentials",
    "keystore",
    "accesskey",
    "secretkey",
    "privatekey",
    "apikey",
    "keydata",
    "bearer",
    "authorization",
    "cookie",
)
# A whole word of a name, as the end of another one is none: `dbPass`, `bind_pw`, but `bypass`.
_SECRET_WORDS = re.compile(r"(?:(?:^|[^a-zA-Z])(?i:pass|pw)|[a-z](?:Pass|PASS|Pw|PW))$")
# One of these is in every text with such a name: found without parsing, as most have none. A name may
# also be spelled with escapes.
_HINTS = ("pass", "pw", "secret", "token", "credential", "key", "bearer", "authorization", "cookie")
_ESCAPES = ("\\u", "%")
# What stands where a name stands, in JSON, forms and XML: `<name …>`, `name="…"`, `key="…"`, before
# `:`, `=` or `>`, or in an element before one of a value.
_NAMES = re.compile(
    r"""(?:<|\b(?:name|key)=["'])([\w:.-]++)|(?<![\w.-])([\w.-]++)(?=["'\]\\]*+\s*+[:=>])"""
    r"""|(?<![\w.-])([\w.-]++)(?=\s*+</[\w:.-]++>\s*+<(?:\w++:)?+value\b)"""
)
_NAMERS = {"name", "key"}
# What comes before the password in a URL, whose slashes JSON may escape, and the password.
_IN_URL = re.compile(r"""(:\\?/\\?/[^\s/?#@:"'<>]*+:)[^\s/?#@"'<>]++(?=@)""")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
# Shorter texts than this are no tokens, and would be found everywhere.
_SHORTEST_TOKEN = 8


def is_secret(name: str) -> bool:
    """Tell whether the value under this name is a secret; a number may end it."""
    name = name.rstrip("0123456789")
    plain = name.lower().replace("-", "").replace("_", "")
    return plain.endswith(SECRET_ENDINGS) or _SECRET_WORDS.search(name) is not None


def _are_secrets(name: str) -> bool:
    """Tell whether texts under this name, the plural of one of a secret, are secrets."""
    return name[-1:] in ("s", "S") and is_secret(name[:-1])


def without_token(text: str, token: str) -> str:
    """Return the text with the token hidden wherever it stands."""
    return text.replace(token, HIDDEN) if len(token) >= _SHORTEST_TOKEN else text


def without_secrets(body: str, token: str) -> str:
    """Return the text of a body with its secrets hidden; as it came if it has none."""
    body = _without_passwords(without_token(body, token))
    if not _may_have_secrets(body):
        return body
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return HIDDEN if _names_secret(body) else body
    whole = [document]
    if not _hide(whole):
        return body
    try:
        return orjson.dumps(whole[0]).decode()
    except TypeError:
        # Deeper than what can be written again.
        return HIDDEN


def query_without_secrets(query: str, token: str) -> str:
    """Return the query string with its secrets hidden; as it came if it has none."""
    if not query:
        return query
    query = without_token(query, token)
    # A plus may be one, or a blank.
    if any(without_token(plain, token) != plain for plain in (unquote(query), unquote_plus(query))):
        return HIDDEN
    plain = unquote_plus(query)
    if not _may_have_secrets(plain) and _without_passwords(plain) == plain:
        return query
    pairs = parse_qsl(query, keep_blank_values=True)
    safe = [
        (name, HIDDEN if is_secret(name) or _are_secrets(name) else _without_passwords(value))
        for name, value in pairs
    ]
    return query if safe == pairs else urlencode(safe, safe="*")


def _without_passwords(text: str) -> str:
    return _IN_URL.sub(rf"\1{HIDDEN}", text) if "@" in text else text


def _may_have_secrets(text: str) -> bool:
    lower = text.lower()
    return any(hint in lower for hint in _HINTS) or any(each in text for each in _ESCAPES)


def _names_secret(text: str) -> bool:
    """Tell whether anything in a text that is no JSON is named as secrets are."""
    plain = _ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), text)
    if "%" in plain:
        plain = f"{plain}\n{unquote_plus(plain)}"
    names = ("".join(groups) for groups in _NAMES.findall(plain))
    return any(is_secret(name) or _are_secrets(name) for name in names)


def _hide(document: Any) -> bool:
    """Hide the secrets within parsed JSON, however deep; tell whether there were any."""
    found = False
    rest = [document]
    while rest:
        each = rest.pop()
        if isinstance(each, dict):
            names_one = any(is_secret(str(each[name])) for name in each.keys() & _NAMERS)
            for name, value in each.items():
                safe = _under(name, value, names_one=names_one)
                found |= safe is not value
                each[name] = safe
                rest.append(safe)
        elif isinstance(each, list):
            for place, value in enumerate(each):
                safe = _within(value)
                found |= safe is not value
                each[place] = safe
                rest.append(safe)
    return found


def _under(name: str, value: Any, *, names_one: bool) -> Any:
    """Return what may be seen of a member; ``names_one``: the one beside it says a secret's name."""
    if is_secret(name) or (names_one and name == "value"):
        return HIDDEN
    # Objects, as of an API that lists its tokens, say themselves what of them is secret.
    if _are_secrets(name) and (
        isinstance(value, str | dict)
        or (isinstance(value, list) and not all(isinstance(each, dict) for each in value))
    ):
        return HIDDEN
    return _within(value)


def _within(value: Any) -> Any:
    """Return what may be seen of a text that may be JSON; each level escapes the ones within anew."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        return without_secrets(value, "")
    return value
