"""The frame that every page shares: head, style, content policy, skip link, banner, footer."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from skk_analysis.language import date, text
from skk_analysis.language.visible import visible

TEMPLATES = Path(__file__).parent

SMALL = "font: 8pt sans-serif;"
"""The margins of a sheet of paper."""

PAPER = "@media print { /* paper.css */"
"""Begins the rules for paper, which come last."""


def page(
    template: str,
    language: str,
    invented: bool,
    script: str = "",
    sheets: Sequence[str] = (),
    root: str = "",
    kind: str = "",
    **values: Any,
) -> str:
    """A whole page from a template.

    Parameters
    ----------
    template : file name of a template beside this module
    language : language of the page
    invented : whether the banner about demonstration data is shown
    script : JavaScript of the page, by itself and without data; the policy allows it and no other
    sheets : file names of style sheets beside this module, besides those of every page
    root : relative address of the site's first folder, such as ``../../../``
    kind : of report, for what is printed in a way of its own
    values : what the template displays; plain text is escaped
    """
    style = _style(language, text("page.banner", language) if invented else "", sheets)
    return visible(
        environment(language)
        .get_template(template)
        .render(
            language=language,
            invented=invented,
            style=Markup(style),
            style_hash=_content_hash(style),
            script=Markup(script),
            script_hash=_content_hash(script) if script else "",
            root=root,
            kind=kind,
            **values,
        )
    )


def switch(addresses: Mapping[str, str], language: str) -> list[dict[str, str]]:
    """Links of the language switch, for ``switch`` of ``site_parts.html.j2``.

    Parameters
    ----------
    addresses : of the page in each language, relative to it
    language : the page's own, which gets no address
    """
    return [
        {
            "language": other,
            "name": text("site.in_language", other),
            "address": "" if other == language else address,
        }
        for other, address in addresses.items()
    ]


class Compiled(BytecodeCache):
    """Templates are compiled once in a process, and not once in each language.

    No template may use a filter of the language on a constant: compiling works that out.
    """

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the code of a template, if it was compiled before."""
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template."""
        if bucket.code is not None:
            self._code[bucket.key, bucket.checksum] = bucket.code


COMPILED = Compiled()


@cache
def environment(language: str) -> Environment:
    """Jinja with escaping on and ``t("key")`` for the texts of the language."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        bytecode_cache=COMPILED,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["t"] = lambda key, **values: text(key, language, **values)
    made.filters["day"] = lambda iso: date(iso, language)
    return made


def _style(language: str, banner: str, sheets: Sequence[str] = ()) -> str:
    """The style sheets of screen and paper; each sheet tells its number and bears the banner."""
    screen, paper = ((TEMPLATES / name).read_text("utf-8") for name in ("style.css", "paper.css"))
    both = "".join((TEMPLATES / name).read_text("utf-8") for name in ("status.css", *sheets))
    sheet = f"@page {{ @bottom-right {{ content: {_page_number(language)}; {SMALL} }} }}\n"
    if banner:
        sheet += (
            f"@page {{ @top-center {{ content: {quoted(banner)}; {SMALL} font-weight: bold; }} }}\n"
        )
    return f"@media screen {{\n{screen}}}\n{both}{PAPER}\n{paper}{sheet}}}\n"


def quoted(words: str) -> str:
    """A text as a string of a style sheet."""
    words = words.replace("\\", r"\\").replace('"', r"\"").replace("<", r"\3c ")
    return f'"{words}"'


def _page_number(language: str) -> str:
    """ "Page 3 of 12" as the content of a sheet's margin."""
    marks = {"page": "\x01", "pages": "\x02"}
    words = text("paper.page", language, **marks)
    parts = re.split("([\x01\x02])", words)
    counters = {mark: f"counter({name})" for name, mark in marks.items()}
    return " ".join(counters.get(part) or quoted(part) for part in parts if part)


def _content_hash(content: str) -> str:
    """The hash by which the content policy allows this style or script and no other."""
    hashed = hashlib.sha256(content.encode()).digest()
    return f"sha256-{base64.b64encode(hashed).decode()}"
