"""The index page, made from the docstrings: ``python -m skk_analysis.metrics.catalogue``.

The names in Finnish, Swedish and English, and the family of each index, are in ``indices.csv``.
"""

from __future__ import annotations

import csv
import inspect
import re
import sys
from collections.abc import Callable
from pathlib import Path

from skk_analysis.metrics.area_index import AREA_INDICES
from skk_analysis.metrics.index import INDICES

__all__ = ["index_names", "index_page"]

NAMES = Path(__file__).with_name("indices.csv")
PAGE, EXAMPLE = Path("docs/indices.md"), Path("docs/own_index.py")
FAMILIES = {
    "inequality": "Inequality · Eriarvoisuus · Ojämlikhet",
    "poverty": "Low income · Pienituloisuus · Låg inkomst",
    "gradient": "Social gradient · Sosiaaligradientti · Social gradient",
    "polarisation": "Polarisation · Polarisaatio · Polarisering",
    "ordinal": "Answers on a scale · Asteikkovastaukset · Svar på en skala",
    "segregation": "Segregation · Eriytyminen · Segregation",
    "space": "Segregation in space · Alueellinen eriytyminen · Rumslig segregation",
    "location": "Means and shares · Keskiluvut ja osuudet · Medelvärden och andelar",
}
PREFACE = """\
# Indices

Made from the docstrings by `python -m skk_analysis.metrics.catalogue`; change those, not this.

Every index gives an `Estimate`: value, standard error, interval, and the influence values by which
it can be subtracted from or divided by another with the right error. Values are fractions, never
percent; logarithms are natural; weights are frequencies or probabilities, and their scale does not
matter. Missing values stop an index unless `missing="drop"`. Indices of people take a
`SurveyDesign` with a column, or an array, a Series or a frame; those of segregation take counts of
people by area and group. `by=` gives a table of groups, `inequality_table` and `segregation_table`
many indices at once. Standard errors are those of the influence function given with each formula,
summed to the design's sampling units; for counts, those of drawing people one by one, or areas with
`units="areas"`. Intervals are made on the logarithmic or logit scale where the range is bounded,
freed of the skewness of the units' influence values and of a bias that is known, and wider where a
few units carry the estimate: `validation/coverage` shows how often they hold the truth.
"""
OWN = """\
## Your own index

Write its value and its influence function; weights, design errors, groups, changes and tables come
with it. This file is run in the tests.

```python
{code}
```
"""


def index_names() -> dict[str, dict[str, str]]:
    """Return family, fi, sv and en name of each index, in the order of the page."""
    with NAMES.open(encoding="utf-8", newline="") as file:
        return {row.pop("index"): row for row in csv.DictReader(file)}


def index_page(example: str) -> str:
    """Return the page in Markdown.

    Parameters
    ----------
    example : str
        Code of the example of an index of one's own.
    """
    names, functions = index_names(), INDICES | AREA_INDICES
    parts = [PREFACE, _contents(names)]
    for family, heading in FAMILIES.items():
        members = [name for name, row in names.items() if row["family"] == family]
        parts += [f"## {heading}\n", *(_entry(n, names[n], functions[n]) for n in members)]
    return "\n".join([*parts, OWN.format(code=example.strip())])


def _contents(names: dict[str, dict[str, str]]) -> str:
    rows = [f"| [`{n}`](#{n}) | {r['en']} | {r['fi']} | {r['sv']} |" for n, r in names.items()]
    return "\n".join(
        ["| Function | In English | Suomeksi | På svenska |", "|---|---|---|---|", *rows, ""]
    )


def _entry(name: str, row: dict[str, str], function: Callable) -> str:
    """Return one index: its names, its call and its docstring."""
    title = f"### `{name}`\n\n**{row['en']}** · fi: {row['fi']} · sv: {row['sv']}\n"
    own = [
        str(p).split(":")[0] + (f"={p.default!r}" if p.default is not p.empty else "")
        for p in inspect.signature(function).parameters.values()
        if p.name
        not in (
            "data",
            "column",
            "counts",
            "groups",
            "areas",
            "total",
            "weights",
            "frequencies",
            "by",
            "missing",
        )
        or (p.name == "groups" and p.kind is p.KEYWORD_ONLY)
    ]
    call = f"`{name}({', '.join(['…', *own])})`\n"
    return "\n".join([title, call, _markdown(inspect.getdoc(function) or "")])


def _markdown(doc: str) -> str:
    """Turn a numpydoc text to Markdown."""
    text = re.sub(
        r"^\.\. math::(.*(?:\n(?:[ \t]+\S.*)?)*?)(?=\n\S|\Z)",
        lambda m: (
            "```math\n" + "\n".join(x.strip() for x in m[1].split("\n") if x.strip()) + "\n```\n"
        ),
        doc,
        flags=re.MULTILINE,
    )
    text = re.sub(r":math:`([^`]*)`", lambda m: f"$`{' '.join(m[1].split())}`$", text)
    text = re.sub(
        r":(?:func|class|mod):`~?([\w.]+)`", lambda m: _link(m[1].rsplit(".", 1)[-1]), text
    )
    text = re.sub(r"(?<!`)``([^`]+)``(?!`)", r"`\1`", text)
    sections = re.split(r"^(\w[\w ]*)\n-{3,}\n", text, flags=re.MULTILINE)
    parts = [sections[0].strip() + "\n"]
    for heading, body in zip(sections[1::2], sections[2::2], strict=True):
        parts.append(f"**{heading}**\n\n{_section(heading, body)}\n")
    return "\n".join(parts)


def _link(name: str) -> str:
    return f"[`{name}`](#{name})" if name in INDICES or name in AREA_INDICES else f"`{name}`"


def _section(heading: str, body: str) -> str:
    if heading == "Examples":
        return f"```python\n{body.strip()}\n```"
    if heading != "Parameters":
        return body.strip()
    items = re.split(r"^(?=\S)", body.strip(), flags=re.MULTILINE)
    return "\n".join(
        "- `" + "` — ".join([first.strip(), " ".join(rest.split())]).removesuffix(" — ")
        for first, _, rest in (item.partition("\n") for item in items if item.strip())
    )


def main() -> None:
    """Write the page in the repository whose root is the working directory."""
    if not EXAMPLE.is_file():
        sys.exit(f"run it in the repository's root: there is no {EXAMPLE} here")
    PAGE.write_text(index_page(EXAMPLE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
