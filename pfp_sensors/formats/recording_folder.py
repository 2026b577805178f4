"""The program's own recordings: a folder, or one of its Parquet files."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pfp_sensors.errors import InputError
from pfp_sensors.formats.line_blocks import too_large
from pfp_sensors.formats.request import Format, ReadRequest
from pfp_sensors.formats.sensors import choose_sensors
from pfp_sensors.model.recording import Recording, RecordingFile, Source
from pfp_sensors.store.meta_json import META_NAME, RecordingMeta, read_meta
from pfp_sensors.store.recording_files import check_seal, recording_paths
from pfp_sensors.store.sample_files import read_facts, read_samples

_BLOCK_BYTES = 1 << 20
