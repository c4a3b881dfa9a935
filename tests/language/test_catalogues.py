"""The three catalogues say the same things, all of them used and none missing."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from babel import Locale

import skk_analysis
from skk_analysis.language import LANGUAGES, keys, text
from skk_analysis.language.catalogue import FORMS, catalogue, placeholders, template
from skk_analysis.workspace import SkkError

PACKAGE = Path(skk_analysis.__file__).parent
KEY = re.compile(r"[a-z_]+(\.[A-Za-z0-9_]+)+")
TEXT_CALLS = {"text", "say", "sentence", "subheading", "Sentence"}


@pytest.fixture(scope="module")
def strings() -> tuple[set[str], list[re.Pattern[str]]]:
    """String literals of the library, and f-strings as patterns; templates count as literals."""
    literals: set[str] = set()
    patterns = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                literals.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [
                    re.escape(p.value) if isinstance(p, ast.Constant) else "[A-Za-z0-9_.]+"
                    for p in node.values
                ]
                if any(r"\." in part for part in parts[:2]):
                    patterns.append(re.compile("".join(parts)))
    for path in PACKAGE.rglob("*.j2"):
        literals |= {m.group() for m in KEY.finditer(path.read_text("utf-8"))}
    return literals, patterns


def test_all_languages_have_the_same_messages():
    """A message that one language lacks would stop that language's report."""
    for language in LANGUAGES[1:]:
        assert keys(language) ^ keys("fi") == set()
    for language in LANGUAGES:
        empty = [m.id for m in catalogue(language) if m.id and not m.string]
        assert empty == []


def test_all_languages_have_the_same_places():
    """A place that only one language has would be filled with nothing or fail."""
    for key in keys("fi"):
        found = {frozenset(placeholders(template(key, language))) for language in LANGUAGES}
        assert len(found) == 1, key


def test_every_message_is_used(strings):
    """A message nobody asks for is dead text that translators would still translate."""
    literals, patterns = strings
    unused = [
        key
        for key in sorted(keys("fi"))
        if key not in literals and not any(p.fullmatch(key) for p in patterns)
    ]
    assert unused == []


def test_every_message_asked_for_exists():
    """Every literal key given to a text function is in the catalogues."""
    asked: Counter[str] = Counter()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            first = node.args[0]
            literal = first.value if isinstance(first, ast.Constant) else ""
            if name in TEXT_CALLS and isinstance(literal, str) and KEY.fullmatch(literal):
                asked[literal] += 1
    assert len(asked) > 50
    assert set(asked) - keys("fi") == set()


def test_finnish_swedish_and_english_differ():
    """A sentence left in another language is found; names and signs may be the same."""
    for key in keys("fi"):
        fi, sv, en = (template(key, language) for language in LANGUAGES)
        if len(re.findall(r"\w{3,}", re.sub(r"{\w+}", "", fi))) >= 3:
            assert len({fi, sv, en}) == 3, key


def test_typography():
    """A percent sign has a no-break space before it in Finnish and Swedish, and no hyphen minus."""
    for language in ("fi", "sv"):
        for key in keys(language):
            words = template(key, language)
            assert not re.search(r"\d[ ]?%", words), (language, key)
            if language == "fi":  # no case ending on a figure; a Swedish ordinal has one: 90:e
                assert not re.search(r"\d\W?%?:\w", words), (language, key)
            assert not re.search(r"(?<!\w)-\d", words), (language, key)
            assert "  " not in words, (language, key)


def test_plural_forms_are_complete_and_chosen_by_the_language():
    """As many forms as CLDR has for the language, with the same places, the general one last."""
    plurals = [m for language in LANGUAGES for m in catalogue(language) if m.pluralizable]
    assert {message.id[0] for message in plurals} == {"form.points", "form.euro"}
    for language in LANGUAGES:
        assert (*Locale.parse(language).plural_form.tags, "other") == FORMS
    for message in plurals:
        assert len(message.string) == len(FORMS) and all(message.string)
        assert len({frozenset(placeholders(form)) for form in message.string}) == 1


def test_missing_messages_and_wrong_places_are_errors():
    """Nothing is printed half: a wrong key, place or bare number stops with its name."""
    with pytest.raises(SkkError, match=r"no message 'no\.such'"):
        text("no.such", "fi")
    with pytest.raises(SkkError, match="no language 'de'"):
        text("page.contents", "de")
    with pytest.raises(SkkError, match=r"has places \['number'\], got \[\]"):
        text("figure.number", "fi")
    with pytest.raises(SkkError, match="form the number"):
        text("figure.number", "fi", number=3)
