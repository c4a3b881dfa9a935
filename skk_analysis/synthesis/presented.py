"""Words and figures of results, from the floors above."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["figure_of", "words_of"]


def words_of(result: Any, function: str, language: str, options: dict[str, Any]) -> str:
    """Return a result in words.

    The function is found by name when a person asks for it: results know nothing of languages or
    drawing, and load neither.
    """
    return getattr(import_module("skk_analysis.language.synthesis"), function)(
        result, language, **options
    )


def figure_of(result: Any, module: str, language: str, options: dict[str, Any]) -> Any:
    """Return the figure of a result; the function has the module's name."""
    drawn = import_module(f"skk_analysis.figures.{module}")
    return getattr(drawn, module)(result, language, **options)
