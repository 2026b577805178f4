"""What a folder of results says that it is the result of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.errors import InputError, PfpError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pfp_sensors.cohort.place import Place

SCHEMA: Final = "pfp.cohort-tables/1"
CLAIM_NAME: Final = "cohort.json"
"""Says at the top of the result what it is the result of."""

LOCK_NAME: Final = "cohort.lock"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a place is the result of, and the version whose tables are meant by those who ask them."""

    input_text: str
    method: str
    parameters_sha256: str

    def document(self) -> dict[str, str]:
        """Lay it out as ``cohort.json``."""
        return {
            "schema": SCHEMA,
            "input": self.input_text,
            "method": self.method,
            "parameters_sha256": self.parameters_sha256,
        }

    def write(self, place: Place) -> None:
        """Write it; raises as `Place.write`."""
        text = json.dumps(self.document(), indent=2, ensure_ascii=False)
        place.write(CLAIM_NAME, f"{text}\n".encode())


def check_claim(place: Place, input_text: str) -> Mapping[str, Any] | None:
    """Read what a place says that it is the result of; None where it is empty.

    Raises
    ------
    UsageError
        If it is the result of another input or of another version of this program, or holds something else.
    InputError
        If ``cohort.json`` is damaged.
    """
    names = {file.name for file in place.list_files()} - {LOCK_NAME}
    if not names:
        return None
    if CLAIM_NAME not in names:
        raise UsageError(
            f"{place.text} holds files and no {CLAIM_NAME}; expected the result of `pfp cohort`, or nothing.",
            "Give another folder as --out, one that is empty or not there.",
        )
    found = _claim(place)
    if found["input"] != input_text:
        raise UsageError(
            f"{place.text} is the result of {found['input']}; expected {input_text}.",
            f'Give another --out; or, where the recordings were only moved, correct "input" in {CLAIM_NAME}.',
        )
    return found


def _claim(place: Place) -> dict[str, Any]:
    name = f"{place.text}/{CLAIM_NAME}"
    try:
        document: Any = json.loads(place.read(CLAIM_NAME).decode("utf-8"))
    except ValueError as error:
        raise _no_claim(name, f"not JSON: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("input"), str):
        raise _no_claim(name, 'found no "input"')
    if document.get("schema") != SCHEMA:
        raise UsageError(
            f"{name}: found schema {document.get('schema')!r}; expected {SCHEMA}.",
            "Another version of this program made it: use that one, or give another --out.",
        )
    return document


def _no_claim(name: str, found: str) -> PfpError:
    expected = json.dumps({"schema": SCHEMA, "input": "the input"})
    return InputError(f"{name}: {found}; expected {expected}.", "Correct it, or give another --out.")
