"""The mappings that a person accepted: kept in the home, found again by the header they belong to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import UsageError
from pfp_sensors.store.sealed_files import make_private_folder, replacing

if TYPE_CHECKING:
    from pathlib import Path

MAPPINGS_FOLDER: Final = "mappings"
"""Below the home; one file for each header."""

_HASH: Final = re.compile(r"[0-9a-f]{32}")
_NAME: Final = re.compile(rf"{_HASH.pattern}\.toml")
_PART: Final = re.compile(rf"\.{_NAME.pattern}\.[0-9a-f]+\.part")


def is_mapping_name(name: str) -> bool:
    """Tell whether this program keeps a mapping under such a name."""
    return _NAME.fullmatch(name) is not None


def is_mapping_part(name: str) -> bool:
    """Tell whether such a name is that of a mapping which was not written to its end."""
    return _PART.fullmatch(name) is not None


def has_mappings(home: Path) -> bool:
    """Tell whether any mapping was kept."""
    return (home / MAPPINGS_FOLDER).is_dir()


def saved_mapping(home: Path, header: str | None) -> Path | None:
    """Find the mapping that was kept for a header.

    Parameters
    ----------
    home
        As from `home_folder`.
    header
        From `mapping_hash`; None, of a table without a header, finds nothing.

    Returns
    -------
    Path or None
        The file, to be read with `read_mapping`; None where none was kept.
    """
    if header is None:
        return None
    path = _place(home, header)
    return path if path.is_file() and not path.is_symlink() else None


def save_mapping(home: Path, header: str, text: str) -> Path:
    """Keep a mapping for the next file with the same header, instead of one that is there.

    The file is complete or not there, and for its owner only.

    Parameters
    ----------
    home
        As from `home_folder`; made if it is not there.
    header
        From `mapping_hash`.
    text
        The mapping as a person wrote it, comments and all.

    Raises
    ------
    UsageError, PfpError
        If nothing can be written there.
    """
    path = _place(home, header)
    make_private_folder(home)
    make_private_folder(path.parent)
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
    return path


def mapping_files(home: Path) -> list[Path]:
    """List the mappings that are kept, in order of name; links are left out."""
    folder = home / MAPPINGS_FOLDER
    if folder.is_symlink() or not folder.is_dir():
        return []
    kept = (file for file in folder.iterdir() if is_mapping_name(file.name))
    return sorted(file for file in kept if file.is_file() and not file.is_symlink())


def _place(home: Path, header: str) -> Path:
    if not _HASH.fullmatch(header):
        raise UsageError(f"{header!r} is no hash of a header.", "Give what `mapping_hash` gives.")
    return home / MAPPINGS_FOLDER / f"{header}.toml"
