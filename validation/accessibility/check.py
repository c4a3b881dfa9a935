"""Check a whole site with axe-core and write down what was found.

    skk reports --language fi --language sv --language en
    python validation/accessibility/check.py reports

writes ``summary.csv`` beside this file, a row for each kind of page, language and mode, and
``tested.toml`` in the library, from which the site's accessibility statement tells when and with
what the pages were tested.
"""

from __future__ import annotations

import csv
import shutil
import sys
from datetime import date
from pathlib import Path

from site_check import MODES, axe_script, check, pages

import skk_analysis

HERE = Path(__file__).resolve().parent
TESTED = Path(skk_analysis.__file__).parent / "reporting" / "page" / "tested.toml"


def main(site: Path) -> None:
    """Check the site in a folder."""
    import re

    from playwright.sync_api import sync_playwright

    found = pages(site)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        version = browser.version.partition(".")[0]
        rows = []
        for one in check(browser, found):
            violations, unsure = sum(one.violations.values()), sum(one.open.values())
            rules = " ".join(sorted(one.violations)) or "-", " ".join(sorted(one.open)) or "-"
            rows.append((
                one.kind, one.language, one.mode, violations, rules[0], unsure, rules[1],
                one.too_wide,
            ))  # fmt: skip
            print(*rows[-1], one.example, flush=True)
        browser.close()
    with (HERE / "summary.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        head = "page,language,mode,violations,rules_violated,left_to_people,rules_left_to_people"
        head += ",px_too_wide"
        writer.writerow(head.split(","))
        writer.writerows(rows)
    axe = re.search(r"axe v([\d.]+)", axe_script())
    lines = [
        "# When all pages were last checked; written by validation/accessibility/check.py, told by",
        "# the accessibility statement.",
        f'date = "{date.today().isoformat()}"',
        f'version = "{skk_analysis.__version__}"',
        f'browser = "{version}"',
        f'axe = "{axe[1] if axe else ""}"',
        f"pages = {len(found)}",
        f"checks = {len(found) * len(MODES)}",
        f"violations = {sum(row[3] + (row[7] > 0) for row in rows)}",
    ]
    TESTED.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
