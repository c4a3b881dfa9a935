"""What a report tells its reader, taken from its executed notebook: texts, figures, verdicts.

The notebook holds every display also as plain text, so no page has to be parsed; a page is 1.5 MB,
mostly pictures.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import Any

from skk_analysis.language.data_type import RESOURCE
from skk_analysis.review.drawing import seen
from skk_analysis.review.page import ORIGIN

SVG = "image/svg+xml"
IMAGES = (SVG, "image/png", "image/jpeg")
HEADING = re.compile(r"<h([1-6])\b([^>]*)>(.*?)</h\1>", re.DOTALL)
IDENTITY = re.compile(r"""\bid=["']([^"']*)["']""")
DATA = re.compile(r'<data value="([^"]*)">')
FORMAT = 1
LONGEST_SUMMARY = 6
"""Sentences."""
BLOCKS = {"h1", "h2", "h3", "h4", "h5", "h6", "p", "li", "dt", "dd", "caption", "tr", "div"}


@dataclass(frozen=True)
class Shown:
    """One text of a section, or one figure of it by its caption and the hash of its picture."""

    section: str
    words: str
    picture: str = ""


@dataclass
class Content:
    """All that a report says, in its order.

    Attributes
    ----------
    title : of the report
    headings : of sections by id, in order
    texts, figures : what is shown
    verdicts : word of the rule by the name of the measure
    summary : the sentences of the first list of verdicts, or else of the first list
    places : where a number is shown, by its id, in words
    rows : headings of the tables' rows, each once
    """

    title: str = ""
    headings: dict[str, str] = field(default_factory=dict)
    texts: list[Shown] = field(default_factory=list)
    figures: list[Shown] = field(default_factory=list)
    verdicts: dict[str, str] = field(default_factory=dict)
    summary: list[str] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    rows: list[str] = field(default_factory=list)

    def record(self) -> dict[str, Any]:
        """As JSON; `of_record` reads it."""
        return {"format": FORMAT, **asdict(self)}

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> Content:
        """Read what `record` gave.

        Raises
        ------
        ValueError
            If it is none, or of another format.
        """
        told = dict(record)
        if told.pop("format", None) != FORMAT:
            raise ValueError(f"This is no content of a report in format {FORMAT}.")
        try:
            for key in ("texts", "figures"):
                told[key] = [Shown(**one) for one in told[key]]
            return cls(**told)
        except (KeyError, TypeError) as error:
            raise ValueError(f"This is no content of a report: {error!r}.") from error


def content(notebook: Mapping[str, Any], run_ids: Sequence[str] = ()) -> Content:
    """What the visible outputs of an executed notebook say.

    Parameters
    ----------
    notebook : in nbformat 4
    run_ids : what tells of ingredients and is no content, such as the run id, or the sentence with
        it and the date of retrieval; each stands as "…"
    """
    found = Content()
    section = ""
    lists: list[tuple[bool, list[str]]] = []
    for output in _outputs(notebook):
        data = {kind: _joined(value) for kind, value in output.get("data", {}).items()}
        html = data.get("text/html", "")
        for level, attributes, words in HEADING.findall(html):
            anchor = IDENTITY.search(attributes)
            heading = _plain_of(words)
            section = anchor[1] if anchor else heading
            found.headings.setdefault(section, heading)
            if level == "1":
                found.title = heading
        if section == ORIGIN:  # it tells the ingredients, which are compared by themselves
            continue
        _take_record(output, found)
        image = next((kind for kind in IMAGES if kind in data), None)
        if image:
            told = output["metadata"].get(image, {})
            name = str(told.get("caption") or told.get("alt", ""))
            picture = hashlib.sha256(seen(data[image]).encode()).hexdigest()
            found.figures.append(Shown(section, name, picture))
            lines = [str(told.get(key, "")) for key in ("alt", "description")]
            lines += _table_lines(data)
        elif html:
            lines = data["text/plain"].split("\n") if data.get("text/plain") else _lines(html)
        else:
            lines = data.get("text/plain", "").split("\n")
        if "<ul" in html or "key-figures" in html:
            lists.append(("verdict" in html or "key-figures" in html, lines))
        found.texts += [Shown(section, _same(line, run_ids)) for line in lines if line.strip()]
        _take_rows(data, section, html, found)
    found.summary = _summary(lists)
    return found


def _summary(lists: Sequence[tuple[bool, list[str]]]) -> list[str]:
    """The lists that hold verdicts, or the first one where none does."""
    chosen = [lines for verdicts, lines in lists if verdicts] or [lines for _, lines in lists[:1]]
    return [line for lines in chosen for line in lines if line.strip()][:LONGEST_SUMMARY]


def _outputs(notebook: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for cell in notebook["cells"]:
        if cell.get("cell_type") == "code":
            for output in cell.get("outputs", []):
                if output.get("output_type") in ("display_data", "execute_result"):
                    yield output


def _take_record(output: Mapping[str, Any], found: Content) -> None:
    told = output.get("metadata", {}).get("text/html", {})
    record = told.get("skk") if isinstance(told, Mapping) else None
    if isinstance(record, Mapping):
        for one in record.get("verdicts", []):
            found.verdicts[str(one["measure"])] = str(one["verdict"])


def _take_rows(data: Mapping[str, Any], section: str, html: str, found: Content) -> None:
    """Names of rows, and where numbers stand: in a table before a text, for a table names them."""
    resource = data.get(RESOURCE)
    if isinstance(resource, Mapping):
        rows, fields = resource["data"][1:], resource["schema"]["fields"]
        for row in rows:
            name = row[0] if row else None
            if isinstance(name, str) and name not in found.rows:
                found.rows.append(name)
        for row, column, id_ in resource.get("skk:results", []):
            place = f"{rows[row][0]}, {fields[column]['title']}"
            found.places.setdefault(id_, place)
    for id_ in DATA.findall(html):
        found.places.setdefault(unescape(id_), found.headings.get(section, section))


def _table_lines(data: Mapping[str, Any]) -> list[str]:
    resource = data.get(RESOURCE)
    if not isinstance(resource, Mapping):
        return []
    return [" | ".join("" if v is None else str(v) for v in row) for row in resource["data"][1:]]


def _joined(value: Any) -> Any:
    """A text that nbformat keeps as a list of lines."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "".join(value)
    return value


def _same(line: str, run_ids: Sequence[str]) -> str:
    told = " ".join(line.split())
    for run_id in run_ids:
        told = told.replace(" ".join(run_id.split()), "…")
    return told


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = [""]

    def handle_starttag(self, tag: str, attrs: Any) -> None:  # noqa: ARG002
        if tag in BLOCKS:
            self.lines.append("")
        elif tag in ("td", "th"):
            self.lines[-1] += " "

    def handle_data(self, data: str) -> None:
        self.lines[-1] += data


def _lines(html: str) -> list[str]:
    """Texts of a display that gives no plain text."""
    parser = _Text()
    parser.feed(html)
    parser.close()
    return [" ".join(line.split()) for line in parser.lines if line.strip()]


def _plain_of(html: str) -> str:
    return " ".join(_lines(html))
