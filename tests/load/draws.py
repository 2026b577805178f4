"""Where a made diary gets its choices from: Hypothesis, which can shrink them, or a seed, which is fast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

T = TypeVar("T")


class Choices(Protocol):
    """Choices of whole numbers; 0 is the simplest."""

    def upto(self, last: int) -> int:
        """Return a whole number from 0 to ``last``."""


class SeededChoices:
    """Choices by a random generator."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def upto(self, last: int) -> int:
        return int(self._random.random() * (last + 1))


class ShrinkingChoices:
    """Choices that Hypothesis makes and shrinks."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def upto(self, last: int) -> int:
        return self._draw(st.integers(0, last))


def chance(choices: Choices, percent: int) -> bool:
    """Tell whether something happens; the simplest choice is that it does not."""
    return choices.upto(99) >= 100 - percent


def one_of(choices: Choices, options: Sequence[T]) -> T:
    """Return one of the options, each as likely as it is often there; the simplest is the first."""
    return options[choices.upto(len(options) - 1)]
