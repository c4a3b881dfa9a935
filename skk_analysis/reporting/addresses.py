"""Where the pages about all reports lie, relative to the site."""

from skk_analysis.language import LANGUAGES
from skk_analysis.reporting.report import PAGE

INDEX = {language: f"index.{language}.html" for language in LANGUAGES} | {LANGUAGES[0]: PAGE}
"""The front pages; the one that every server and person opens first is in the first language."""
