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
    after : what follows the words in the page's own language

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
    after: str

    def __new__(
        cls, words: str, language: str, page: str, *, name: bool = False, after: str = ""
    ) -> Foreign:
        made = super().__new__(cls, words + after)
        made.language, made.page, made.name, made.after = language, page, name, after
        return made

    @property
    def words(self) -> str:
        """Those that are in the other language."""
        return str(self).removesuffix(self.after)

    def __html__(self) -> str:
        """The words with their language marked; templates take this instead of escaping."""
        words, after = (escape(part, quote=False) for part in (self.words, self.after))
        return f'<span lang="{self.language}">{words}</span>{after}'

    def __format__(self, spec: str) -> str:
        if self.name:
            return str.__format__(self, spec)
        spoken = text(f"index.language_{self.language}", self.page)
        return format(f"{self.words} ({spoken}){self.after}", spec)

    def __getnewargs_ex__(self) -> tuple[tuple[str, str, str], dict[str, str | bool]]:  # for copies
        return (self.words, self.language, self.page), {"name": self.name, "after": self.after}


def marked(words: str) -> str:
    """Text as HTML: escaped, and with its language where that is not the page's."""
    return words.__html__() if isinstance(words, Foreign) else escape(words, quote=False)
