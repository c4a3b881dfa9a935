"""Words of another language than the page's, which a screen reader must pronounce as such.

WCAG 2.1, success criterion 3.1.2. In HTML the words are marked with their language. Where markup is
lost (a figure's alt text, a sentence made of strings) their language is said in words instead;
proper names are left as they are there, as the criterion allows.
"""

from __future__ import annotations

from html import escape

from skk_analysis.language.catalogue import text


class Foreign(str):
    """Text in ``language`` on a page in ``page``; a text like others in all other respects.

    Parameters
    ----------
    words : the text
    language : of the words
    page : language of the page that they stand on
    name : whether they are a proper name

    Examples
    --------
    >>> quote = Foreign("Kiitos!", "fi", "sv")
    >>> quote.__html__()
    '<span lang="fi">Kiitos!</span>'
    >>> f"{quote}"
    'Kiitos! (på finska)'
    """

    language: str
    page: str
    name: bool

    def __new__(cls, words: str, language: str, page: str, *, name: bool = False) -> Foreign:
        made = super().__new__(cls, words)
        made.language, made.page, made.name = language, page, name
        return made

    def __html__(self) -> str:
        """The words with their language marked; templates take this instead of escaping."""
        return f'<span lang="{self.language}">{escape(str(self), quote=False)}</span>'

    def __format__(self, spec: str) -> str:
        words = str.__format__(self, spec)
        if self.name:
            return words
        return f"{words} ({text(f'index.language_{self.language}', self.page)})"

    def __getnewargs_ex__(self) -> tuple[tuple[str, str, str], dict[str, bool]]:  # for copies
        return (str(self), self.language, self.page), {"name": self.name}


def marked(words: str) -> str:
    """Text as HTML: escaped, and with its language where that is not the page's."""
    return words.__html__() if isinstance(words, Foreign) else escape(words, quote=False)
