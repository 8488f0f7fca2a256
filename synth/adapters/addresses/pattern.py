"""OSC address patterns: `/param/amp/*`, `/part/{1,3}/param/amp/pan`, `/mnot?`.

Source: Open Sound Control 1.0, "OSC Message Dispatching and Pattern Matching".
"""

import re

from synth.errors import ConfigError

_SPECIAL = frozenset("*?[]{}")
_MAX_LENGTH = 200
_MAX_STARS = 6  # each costs a search; a hostile pattern must not cost time without end


def is_pattern(address: str) -> bool:
    """True where an address means several."""
    return not _SPECIAL.isdisjoint(address)


def compile_pattern(address: str) -> re.Pattern[str]:
    """Turn a pattern into a regular expression for whole addresses.

    Raises:
        ConfigError: its brackets do not match, or it is too long.
    """
    plain = re.sub(r"\*+", "*", address)
    if len(plain) > _MAX_LENGTH or plain.count("*") > _MAX_STARS:
        raise ConfigError(f"a pattern of more than {_MAX_LENGTH} characters or {_MAX_STARS} stars")
    out, place = "", 0
    while place < len(plain):
        piece, place = _translate(plain, place)
        out += piece
    try:
        return re.compile(out)
    except re.error as err:
        raise ConfigError(f"pattern {address!r}: {err}") from err


def _translate(pattern: str, place: int) -> tuple[str, int]:
    """Translate what begins at a place; return it and where the next thing begins."""
    sign = pattern[place]
    if sign == "*":
        return "[^/]*", place + 1
    if sign == "?":
        return "[^/]", place + 1
    if sign in "[{":
        end = pattern.find("]" if sign == "[" else "}", place)
        if end < 0:
            raise ConfigError(f"pattern {pattern!r}: {sign} without its end")
        inside = pattern[place + 1 : end]
        return (_set(inside) if sign == "[" else _words(inside)), end + 1
    return re.escape(sign), place + 1


def _set(inside: str) -> str:
    is_not = inside.startswith("!")
    signs = inside[1:] if is_not else inside
    escaped = re.sub(r"([\\\]\[^&~|])", r"\\\1", signs)
    return f"[{'^/' if is_not else ''}{escaped}]" if signs else "(?!)"


def _words(inside: str) -> str:
    return f"(?:{'|'.join(re.escape(word) for word in inside.split(','))})"
