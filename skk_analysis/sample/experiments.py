"""The invented experiments: one TOML file says what they are and which effect is planted."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("experiments.toml")
CARDS = Path(__file__).with_name("experiment_cards.toml")


@dataclass(frozen=True)
class Effect:
    """A planted effect: `size` is added to `indicator` of `units` from `year` on.

    Shares are fractions (−0.025 is 2.5 percentage points less); per cent and per-thousand
    indicators of municipalities are in their own unit. A size of 0 is planted too: nothing must be
    found there.
    """

    experiment: str
    level: str  # postal_area · municipality · survey
    indicator: str
    units: tuple[str, ...]
    year: int
    size: float


@cache
def experiments() -> tuple[dict[str, Any], ...]:
    """All invented experiments in the file's order."""
    return tuple(tomllib.loads(FILE.read_text("utf-8"))["experiment"])


@cache
def cards() -> dict[str, dict[str, Any]]:
    """What the report cards show besides, by experiment."""
    return tomllib.loads(CARDS.read_text("utf-8"))


def effects(level: str | None = None, indicator: str | None = None) -> list[Effect]:
    """The planted effects, all or those of a level and an indicator."""
    found = [
        Effect(
            item["id"],
            item["effect"]["level"],
            item["effect"]["indicator"],
            tuple(item["effect"]["units"]),
            item["effect"]["year"],
            item["effect"]["size"],
        )
        for item in experiments()
    ]
    return [
        effect
        for effect in found
        if level in (None, effect.level) and indicator in (None, effect.indicator)
    ]
