"""The raw packets of a finished recording, kept for whoever wants to decode them again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pfp_sensors.errors import PfpError
from pfp_sensors.store.packet_files import COLUMNS, HEADER_KEY
from pfp_sensors.store.parquet_groups import open_parquet
from pfp_sensors.store.sealed_files import replacing

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.store.packet_reading import PacketFile


def write_kept_packets(path: Path, file: PacketFile) -> None:
    """Write all whole packets of a packet file as zstd Parquet, with its header in the metadata.

    Parameters
    ----------
    path
        Final name; see `replacing` for how it is taken.
    file
        The packets as recorded.

    Raises
    ------
    InputError
        If the packet file changed since it was opened.
    UsageError, PfpError
        If the file cannot be written, or does not hold every packet: then there is none.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    packets = list(file.packets)
    columns = {
        name: pa.array([getattr(packet, name) for packet in packets], pa.type_for_alias(kind))
        for name, kind in COLUMNS.items()
    }
    table = pa.table(columns).replace_schema_metadata({HEADER_KEY: json.dumps(dict(file.header))})
    with replacing(path) as temporary:
        pq.write_table(table, temporary, compression="zstd", use_dictionary=["sensor", "channel", "segment"])
        found = kept_rows(temporary)
        if found != file.rows:
            raise PfpError(
                f"{path} would hold {found} packets; {file.path} has {file.rows}.",
                "The packets stay as they were recorded. Check the disk, then run `pfp recover`.",
            )


def kept_rows(path: Path) -> int:
    """Count the packets of a file as `write_kept_packets` makes it.

    Raises
    ------
    InputError
        If it is no Parquet file.
    """
    return int(open_parquet(path).metadata.num_rows)
