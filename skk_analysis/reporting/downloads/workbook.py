"""All tables of a report in one workbook: a sheet each, a list of contents first.

Text is written as text and marked so that editing a cell doesn't make it a formula. The bytes are
the same for the same tables: times in the file are fixed ones. The parts of the file (ECMA-376,
Office Open XML) are written here, as sheets of plain cells need few of them: a library that can
write everything takes fifteen times as long, and a report would pay for that in every run.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from skk_analysis.language import text
from skk_analysis.reporting.downloads.items import Item

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first time that a zip can hold."""
LONGEST_NAME, LONGEST_TEXT, WIDEST = 31, 32_767, 60
"""Limits of the format for a sheet's name and a cell's text; characters of the widest column."""

HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PLAIN, HEADING, SIGNED = 0, 1, 2
"""Formats of cells in `STYLES`; the last two are text whatever it begins with."""
STYLES = f"""{HEADER}<styleSheet xmlns="{MAIN}">\
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>\
<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>\
<fills count="2"><fill><patternFill patternType="none"/></fill>\
<fill><patternFill patternType="gray125"/></fill></fills>\
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>\
<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>\
<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyFont="1"/>\
<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/></cellXfs>\
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>\
</styleSheet>"""
CORE = f"""{HEADER}<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" \
xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:creator>skk</dc:creator>\
<dcterms:created xsi:type="dcterms:W3CDTF">1980-01-01T00:00:00Z</dcterms:created>\
<dcterms:modified xsi:type="dcterms:W3CDTF">1980-01-01T00:00:00Z</dcterms:modified>\
</cp:coreProperties>"""


def workbook_bytes(found: Sequence[Item], language: str) -> bytes:
    """The workbook of some tables.

    Parameters
    ----------
    found : tables, and figures with the numbers behind them
    language : of the list of contents
    """
    names = _names([text("data.contents", language), *(item.label for item in found)])
    sheets = [_contents(found, names[1:], language)]
    for item in found:
        fields = item.resource["schema"]["fields"]
        sheets.append([[_heading(f) for f in fields], *item.resource["data"][1:]])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in _parts(names, sheets):
            part = zipfile.ZipInfo(name, EPOCH)
            part.compress_type = zipfile.ZIP_DEFLATED
            book.writestr(part, content)
    return buffer.getvalue()


def _contents(found: Sequence[Item], names: Sequence[str], language: str) -> list[list[Any]]:
    heads = [text(f"data.contents.{key}", language) for key in ("sheet", "caption", "notes")]
    rows = [
        [name, item.caption, " ".join(item.resource["notes"])]
        for item, name in zip(found, names, strict=True)
    ]
    return [heads, *rows]


def _heading(field: dict[str, Any]) -> str:
    unit = field.get("skk:unit")
    return f"{field['title']} ({unit})" if unit else str(field["title"])


def _parts(
    names: Sequence[str], sheets: Sequence[Sequence[Sequence[Any]]]
) -> Iterator[tuple[str, str]]:
    """Every part of the file with its name in it."""
    numbered = [(number, f"worksheets/sheet{number}.xml") for number in range(1, len(names) + 1)]
    kinds = {
        "/xl/workbook.xml": f"{SHEETS}.sheet.main+xml",
        "/xl/styles.xml": f"{SHEETS}.styles+xml",
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
        **{f"/xl/{path}": f"{SHEETS}.worksheet+xml" for _, path in numbered},
    }
    listed = "".join(f'<Override PartName="{p}" ContentType="{k}"/>' for p, k in kinds.items())
    default = '<Default Extension="{}" ContentType="application/{}xml"/>'.format
    yield (
        "[Content_Types].xml",
        (
            f'{HEADER}<Types xmlns="{PACKAGE}/content-types">'
            f"{default('rels', 'vnd.openxmlformats-package.relationships+')}{default('xml', '')}"
            f"{listed}</Types>"
        ),
    )
    yield (
        "_rels/.rels",
        _relations(
            (f"{LINKS}/officeDocument", "xl/workbook.xml"),
            (f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ),
    )
    yield "docProps/core.xml", CORE
    entries = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
        for name, (number, _) in zip(names, numbered, strict=True)
    )
    yield (
        "xl/workbook.xml",
        (
            f'{HEADER}<workbook xmlns="{MAIN}" xmlns:r="{LINKS}">'
            f"<sheets>{entries}</sheets></workbook>"
        ),
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        _relations(
            *((f"{LINKS}/worksheet", path) for _, path in numbered),
            (f"{LINKS}/styles", "styles.xml"),
        ),
    )
    yield "xl/styles.xml", STYLES
    for rows, (_, path) in zip(sheets, numbered, strict=True):
        yield f"xl/{path}", _sheet(rows)


def _relations(*targets: tuple[str, str]) -> str:
    entries = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{path}"/>'
        for number, (kind, path) in enumerate(targets, start=1)
    )
    return f'{HEADER}<Relationships xmlns="{PACKAGE}/relationships">{entries}</Relationships>'


def _sheet(rows: Sequence[Sequence[Any]]) -> str:
    """A sheet whose first row stays in sight."""
    widths = "".join(
        f'<col min="{number}" max="{number}" width="{_width(column)}" customWidth="1"/>'
        for number, column in enumerate(zip(*rows, strict=True), start=1)
    )
    letters = [_letters(number) for number in range(1, len(rows[0]) + 1)]
    cells = "".join(
        f'<row r="{place}">'
        + "".join(
            _cell(value, f"{letter}{place}", place == 1)
            for letter, value in zip(letters, row, strict=True)
        )
        + "</row>"
        for place, row in enumerate(rows, start=1)
    )
    return (
        f'{HEADER}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView>'
        f"</sheetViews><cols>{widths}</cols><sheetData>{cells}</sheetData></worksheet>"
    )


def _width(column: Sequence[Any]) -> int:
    return min(max(len(cell) if isinstance(cell, str) else 10 for cell in column) + 2, WIDEST)


def _cell(value: Any, place: str, heading: bool) -> str:
    """A number as it is, text as text whatever it begins with."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if not isinstance(value, str):
        return f'<c r="{place}"><v>{value!r}</v></c>'
    signed = SIGNED if value.startswith(("=", "+", "-", "@")) else PLAIN
    style = f' s="{HEADING if heading else signed}"' if heading or signed else ""
    words = escape(value[:LONGEST_TEXT])
    return f'<c r="{place}"{style} t="inlineStr"><is><t xml:space="preserve">{words}</t></is></c>'


def _letters(number: int) -> str:
    """A column's name: A … Z, AA …"""
    found = ""
    while number:
        number, place = divmod(number - 1, 26)
        found = chr(ord("A") + place) + found
    return found


def _names(labels: Sequence[str]) -> list[str]:
    """Names for sheets: without the signs that the format forbids, short, each once."""
    names: list[str] = []
    for label in labels:
        bare = re.sub(r"[\[\]:*?/\\']", " ", label).strip()[:LONGEST_NAME] or "–"
        name, number = bare, 1
        while name.casefold() in map(str.casefold, names):
            number += 1
            name = f"{bare[: LONGEST_NAME - 5]} ({number})"
        names.append(name)
    return names
