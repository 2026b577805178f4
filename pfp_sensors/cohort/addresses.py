"""Addresses of stores: how one is told from a path, and what in it nobody else should read."""

from __future__ import annotations

import re
from typing import Final

_NAMES_A_CONTAINER: Final = ("abfs", "abfss", "az", "wasb", "wasbs")
"""Where what stands before @ names a part of the store, unless there is a colon in it."""

_ANY_OTHER: Final = "".join(rf"(?<!\b{kind}://)" for kind in _NAMES_A_CONTAINER)
_COLON_BEFORE: Final = r"(?=[^/\s]*:[^/\s]*@)"
_START: Final = r"(?<=//)(?<!\bgithub://)"  # there it is owner:repository
_USER = re.compile(rf"{_START}(?:{_ANY_OTHER}|{_COLON_BEFORE})[^/\s]*@", re.IGNORECASE)
_QUERY = re.compile(r"(https?://[^\s?]*\?)\S*", re.IGNORECASE)
_PASSWORD = re.compile(rf"{_START}{_COLON_BEFORE}|https?://(?:[^/\s]*@|[^\s?]*\?\S)", re.IGNORECASE)


def is_url(text: str) -> bool:
    """Tell an address of a store; the letter of a Windows drive makes none."""
    return re.match(r"[a-z][a-z0-9+.-]+(?:://|::)", text, re.IGNORECASE) is not None


def protocol_of(url: str) -> str:
    """Name the kind of store in an address."""
    return url.partition(":")[0].lower()


def has_password(url: str) -> bool:
    """Tell whether an address lets somebody in; a user without a password does so on the web only."""
    return _PASSWORD.search(url) is not None


def without_passwords(text: str) -> str:
    """Take out of an address what lets somebody in: user and password, and the query of a web address."""
    return _QUERY.sub(r"\1...", _USER.sub("", text))


def without_secrets_of(url: str, words: str) -> str:
    """Take out of words what lets somebody in at an address, in whatever form they repeat it."""
    words = without_passwords(words)
    for found in _USER.findall(url):
        for secret in (found, *found[:-1].split(":", 1)[1:]):
            words = words.replace(secret, "...") if secret else words
    return words
