"""Which columns of a table mean what: as a person said it once for all tables with the same header."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.understood import TablePreview


def mapping_for(home: Path, path: Path) -> Path | None:
    """Find the mapping that was kept for tables with the header of this one; None where there is none."""
    from pfp_sensors.store.mapping_files import has_mappings, saved_mapping

    if not path.is_file() or not has_mappings(home):
        return None
    from pfp_sensors.formats.text_head import mapping_hash

    return saved_mapping(home, mapping_hash(path))


def keep_mapping(home: Path, path: Path, mapping: Path) -> bool:
    """Keep a mapping for tables with the header of this one.

    Returns
    -------
    bool
        False where the table has no header to know it by: then the mapping is to be given each time.

    Raises
    ------
    UsageError, PfpError
        If it cannot be written.
    """
    from pfp_sensors.formats.text_head import mapping_hash
    from pfp_sensors.store.mapping_files import save_mapping

    header = mapping_hash(path)
    if header is None:
        return False
    save_mapping(home, header, mapping.read_text(encoding="utf-8-sig"))
    return True


def mapping_preview(path: Path, mapping: Path) -> TablePreview:
    """Read the first rows of a table as a mapping would have them.

    Raises
    ------
    InputError
        If the table cannot be read, or lacks a column.
    UsageError
        If the mapping is wrong.
    """
    from pfp_sensors.formats.column_mapping import read_mapping
    from pfp_sensors.formats.mapped_csv import preview

    return preview(path, read_mapping(mapping))
