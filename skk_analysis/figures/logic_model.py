"""The programme's logic: foundations → opportunities → wellbeing, with the indicators on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch

from skk_analysis.figures import boxes
from skk_analysis.figures import canvas as c
from skk_analysis.figures.alternative import short
from skk_analysis.figures.figure import Figure
from skk_analysis.figures.table import Cell, Table
from skk_analysis.language import forms
from skk_analysis.language.catalogue import text
from skk_analysis.language.quantities import Missing, Quantity

LAYERS = ("foundation", "opportunity", "outcome")
WIDE, BETWEEN, GAP = 2.06, 0.48, 0.12
POINT = 1 / 72
"""Inches between an arrow and its boxes; matplotlib's own shrinking searches along the curve."""


@dataclass(frozen=True)
class Node:
    """One dimension: where it stands in the logic, and its indicators with what is known of them.

    ``indicators`` are name and number; a `Missing` says why there is none.
    """

    key: str
    name: str
    layer: str
    indicators: tuple[tuple[str, Quantity | Missing], ...] = ()


@dataclass(frozen=True)
class Link:
    """That one dimension bears on another, and what evidence the register has of it."""

    start: str
    end: str
    assumption: str
    evidence: str = ""


def logic_model(
    nodes: Sequence[Node], links: Sequence[Link], language: str, *, caption: str, topic: str
) -> Figure:
    """The chain with numbers on it; a link without evidence is dashed, an unmeasured box too.

    Parameters
    ----------
    nodes : dimensions in the register's order, each in a layer of `LAYERS`
    links : from a node to a node of a later layer
    topic : what is shown, as it starts the alternative text

    Raises
    ------
    ValueError
        If there are no nodes, a layer is unknown, or a link names a node that is not there.
    """
    _check(nodes, links)
    measured = sum(isinstance(q, Quantity) for node in nodes for _, q in node.indicators)
    every = sum(len(node.indicators) for node in nodes)
    bare = [node.name for node in nodes if not _measured(node)]
    counts = {
        "measured": measured,
        "all": every,
        "links": len(links),
        "evidence": sum(bool(link.evidence) for link in links),
    }
    shown = {key: forms.number(count, language) for key, count in counts.items()}
    sentences = [text("chart.logic.alt", language, topic=topic, **shown)]
    if bare:
        names = forms.joined(bare, language)
        sentences.append(text("chart.logic.unmeasured", language, names=names))
    facts = [_fact(node, language) for node in nodes]
    return Figure(
        svg=_draw(nodes, links, language),
        caption=caption,
        alt=short(" ".join(sentences)),
        description=" ".join([*sentences, *facts, *_assumption_texts(links, language)]),
        table=_table(nodes, language, caption),
        told=tuple(
            Quantity(f"logic.{key}", float(count), "count")
            for key, count in {**counts, **_numbered(links)}.items()
        ),
    )


def _check(nodes: Sequence[Node], links: Sequence[Link]) -> None:
    if not nodes:
        raise ValueError("a logic model has no dimensions to draw: the table dimensions is empty")
    for node in nodes:
        if node.layer not in LAYERS:
            raise ValueError(
                f"dimensions: {node.key!r} is in layer {node.layer!r}; use {', '.join(LAYERS)}"
            )
    known = {node.key for node in nodes}
    for link in links:
        if unknown := {link.start, link.end} - known:
            raise ValueError(f"logic_links: there is no dimension {sorted(unknown)[0]!r}")


def _measured(node: Node) -> bool:
    return any(isinstance(quantity, Quantity) for _, quantity in node.indicators)


def _shown(name: str, quantity: Quantity | Missing, language: str) -> str:
    mark = "●" if isinstance(quantity, Quantity) else "○"
    return f"{mark} {name}: {quantity.shown(language)}"


def _fact(node: Node, language: str) -> str:
    parts = [f"{name} {quantity.shown(language)}" for name, quantity in node.indicators]
    listed = "; ".join(parts) or text("chart.logic.none", language)
    layer = text(f"chart.logic.layer.{node.layer}", language)
    return text("chart.logic.node", language, layer=layer, name=node.name, indicators=listed)


def _assumptions(links: Sequence[Link]) -> Counter[str]:
    """Each assumption with how many links rest on it, in the order of the links."""
    return Counter(link.assumption for link in links if link.assumption)


def _numbered(links: Sequence[Link]) -> dict[str, int]:
    counts = _assumptions(links).values()
    return {f"assumption_{place}": count for place, count in enumerate(counts, 1)}


def _assumption_texts(links: Sequence[Link], language: str) -> list[str]:
    return [
        text("chart.logic.assumption", language, words=words, count=forms.number(count, language))
        for words, count in _assumptions(links).items()
    ]


def _table(nodes: Sequence[Node], language: str, caption: str) -> Table:
    keys = ("layer", "dimension", "indicator", "value")
    columns = tuple(text(f"chart.logic.column.{key}", language) for key in keys)
    rows: list[tuple[Cell, ...]] = []
    for node in nodes:
        layer = text(f"chart.logic.layer.{node.layer}", language)
        for name, quantity in node.indicators:
            rows.append((layer, node.name, name, quantity))
        if not node.indicators:
            none = text("chart.logic.none", language)
            rows.append((layer, node.name, none, Missing("not_applicable")))
    title = text("figure.data", language, caption=caption)
    return Table(title, columns, tuple(rows), language, wide=True)


def _draw(nodes: Sequence[Node], links: Sequence[Link], language: str) -> str:
    written = {node.key: _lines(node, language) for node in nodes}
    heights = {key: boxes.height_of(lines) for key, lines in written.items()}
    stacks = {layer: [n for n in nodes if n.layer == layer] for layer in LAYERS}
    tall = max(
        sum(heights[n.key] for n in stack) + GAP * (len(stack) - 1) for stack in stacks.values()
    )
    total = tall + 0.36
    with c.drawing(height=total, layout=None) as canvas:
        axes = canvas.add_axes((0, 0, 1, 1))
        boxes.sheet(axes, c.WIDTH, total)
        sides: dict[str, tuple[float, float, float]] = {}
        for column, layer in enumerate(LAYERS):
            left = 0.02 + column * (WIDE + BETWEEN)
            heading = text(f"chart.logic.layer.{layer}", language)
            axes.text(left, total - 0.04, heading, fontsize=8.5, weight="bold", va="top")
            stack = stacks[layer]
            used = sum(heights[n.key] for n in stack)
            spare = (tall - used) / (len(stack) + 1) if stack else 0.0
            spare = max(spare, GAP) if used + GAP * (len(stack) + 1) <= tall else GAP
            top = total - 0.3 - (spare if used + 2 * spare <= tall and layer != LAYERS[0] else 0)
            for node in stack:
                height = heights[node.key]
                boxes.draw_box(
                    axes, left, top, WIDE, height, written[node.key], empty=not _measured(node)
                )
                sides[node.key] = (left, left + WIDE, top - height / 2)
                top -= height + spare
        _links(axes, links, sides)
        return c.svg(canvas)


def _links(axes: Axes, links: Sequence[Link], sides: dict[str, tuple[float, float, float]]) -> None:
    for link in links:
        start, end = sides[link.start], sides[link.end]
        axes.add_artist(
            FancyArrowPatch(
                (start[1] + POINT, start[2]), (end[0] - POINT, end[2]), arrowstyle="-|>",
                color=c.GREY, linewidth=1.2 if link.evidence else 0.6, mutation_scale=6,
                linestyle="solid" if link.evidence else (0, (4, 3)), shrinkA=0, shrinkB=0,
                zorder=1,
            )
        )  # fmt: skip


def _lines(node: Node, language: str) -> list[boxes.Line]:
    lines = boxes.wrapped(node.name, WIDE, 7.5, bold=True)
    for name, quantity in node.indicators:
        muted = isinstance(quantity, Missing)
        lines += boxes.wrapped(_shown(name, quantity, language), WIDE, 6.8, muted=muted)
    if not node.indicators:
        lines += boxes.wrapped(text("chart.logic.none", language), WIDE, 6.8, muted=True)
    return lines
