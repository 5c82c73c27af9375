"""Keeping secrets out of the journal: passwords, keys and tokens are replaced before it is written.

A member of a JSON body, or a parameter of a query, is a secret by the end of its name. Text that is
no JSON (a form, XML, a body that was cut) is hidden as a whole if something in it has such a name.
The bearer token of the call itself is hidden wherever else it was put.

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
    "authorization",
    "cookie",
)
# One of these is in every text with such a name: found without parsing, as most have none. A name may
# also be spelled with escapes.
_HINTS = ("pass", "pwd", "secret", "token", "credential", "key", "authorization", "cookie")
_ESCAPES = ("\\u", "%")
# What stands where a name stands, in JSON, forms and XML: `<name …>`, `name="…"`, or before `:`, `=`
# or `>`.
_NAMES = re.compile(
    r"""(?:<|\bname=["'])([\w:.-]++)|(?<![\w.-])([\w.-]++)(?=["'\]\\]*+\s*+[:=>])"""
)
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
# Shorter texts than this are no tokens, and would be found everywhere.
_SHORTEST_TOKEN = 8


def is_secret(name: str) -> bool:
    """Tell whether the value under this name is a secret."""
    return name.lower().replace("-", "").replace("_", "").endswith(SECRET_ENDINGS)


def without_token(text: str, token: str) -> str:
    """Return the text with the token hidden wherever it stands."""
    return text.replace(token, HIDDEN) if len(token) >= _SHORTEST_TOKEN else text


def without_secrets(body: str, token: str) -> str:
    """Return the text of a body with its secrets hidden; as it came if it has none."""
    body = without_token(body, token)
    if not _may_have_secrets(body):
        return body
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return HIDDEN if _names_secret(body) else body
    if not _hide(document):
        return body
    try:
        return orjson.dumps(document).decode()
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
    if not _may_have_secrets(unquote_plus(query)):
        return query
    pairs = parse_qsl(query, keep_blank_values=True)
    safe = [(name, HIDDEN if is_secret(name) else value) for name, value in pairs]
    return query if safe == pairs else urlencode(safe, safe="*")


def _may_have_secrets(text: str) -> bool:
    lower = text.lower()
    return any(hint in lower for hint in _HINTS) or any(each in text for each in _ESCAPES)


def _names_secret(text: str) -> bool:
    """Tell whether anything in a text that is no JSON is named as secrets are."""
    plain = _ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), text)
    if "%" in plain:
        plain = f"{plain}\n{unquote_plus(plain)}"
    return any(is_secret(named or name) for named, name in _NAMES.findall(plain))


def _hide(document: Any) -> bool:
    """Hide the secrets in parsed JSON, however deep; tell whether there were any."""
    found = False
    rest = [document]
    while rest:
        each = rest.pop()
        if isinstance(each, list):
            rest.extend(each)
        elif isinstance(each, dict):
            for name, value in each.items():
                if is_secret(name):
                    found = True
                    each[name] = HIDDEN
                else:
                    rest.append(value)
    return found
