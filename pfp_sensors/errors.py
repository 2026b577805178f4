"""What can go wrong, as one short tree.

::

    PfpError                  exit code 1: anything this program reports about itself
    ├── UsageError            2: a command or call was given something it does not take
    │   └── SettingsError     2: a settings file has a wrong key or value
    ├── InputError            3: a file cannot be read, or is not what it claims to be
    │   └── TooLargeError     3: a file is larger than the settings allow
    ├── RefusedError          4: read and understood, but the question cannot be answered from it
    └── SensorError           5: a sensor or the Bluetooth adapter does not do what is needed
        └── NoAnswerError     5: a sensor did not answer in time

Every error says what was found, what was expected, and what to do next. A quantity that one
recording cannot support is not an error: it is ``None`` with a reason code in the summary.
"""

from __future__ import annotations


class PfpError(Exception):
    """Root of all errors this package raises on purpose.

    Parameters
    ----------
    message
        What was found and what was expected, in plain words.
    what_to_do
        The next step for the person reading it.
    """

    exit_code = 1

    def __init__(self, message: str, what_to_do: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.what_to_do = what_to_do

    def __str__(self) -> str:
        """Message and advice, one line each."""
        return f"{self.message}\n{self.what_to_do}" if self.what_to_do else self.message


class UsageError(PfpError):
    """A command or function was called with something it does not take."""

    exit_code = 2


class SettingsError(UsageError):
    """A settings file has an unknown key, or a value of the wrong kind or out of range."""


class InputError(PfpError):
    """A file cannot be read, or is not what it claims to be."""

    exit_code = 3


class TooLargeError(InputError):
    """A file is larger than the setting ``import.max_bytes`` allows, so other settings may read it."""


class RefusedError(PfpError):
    """The input was read, but the question asked cannot be answered from it."""

    exit_code = 4


class SensorError(PfpError):
    """A sensor or the Bluetooth adapter is absent, refuses, or answers something else than expected."""

    exit_code = 5


class NoAnswerError(SensorError):
    """A sensor did not answer a command in time."""
