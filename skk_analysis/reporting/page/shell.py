"""The frame that every page shares: head, style, content policy, skip link, banner, footer."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from skk_analysis.language import date, text
from skk_analysis.language.visible import visible

TEMPLATES = Path(__file__).parent


def page(
    template: str,
    language: str,
    invented: bool,
    script: str = "",
    sheets: Sequence[str] = (),
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
    values : what the template displays; plain text is escaped
    """
    style = _style(text("page.banner", language) if invented else "", sheets)
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
            **values,
        )
    )


@cache
def environment(language: str) -> Environment:
    """Jinja with escaping on and ``t("key")`` for the texts of the language."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["t"] = lambda key, **values: text(key, language, **values)
    made.filters["day"] = lambda iso: date(iso, language)
    return made


def _style(banner: str, sheets: Sequence[str] = ()) -> str:
    """The style sheet; on paper the banner stands at the top of each sheet."""
    names = ("style.css", "status.css", *sheets)
    style = "".join((TEMPLATES / name).read_text("utf-8") for name in names)
    if banner:
        content = banner.replace("\\", r"\\").replace('"', r"\"").replace("<", r"\3c ")
        style += f'@page {{ @top-center {{ content: "{content}"; font: bold 9pt sans-serif; }} }}\n'
    return style


def _content_hash(content: str) -> str:
    """The hash by which the content policy allows this style or script and no other."""
    hashed = hashlib.sha256(content.encode()).digest()
    return f"sha256-{base64.b64encode(hashed).decode()}"
