"""The report in a real browser: readable by screen readers, in light and dark, and on a phone.

The page itself has no script; what looks at it is put into a copy.
"""

import json
import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from ops.report.page import page
from tests.lake.test_regressions import MODELS, TURNS, simulated
from tests.ops.report.test_page import curated

pytestmark = pytest.mark.scenario

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Writes what it found into the page, which the browser prints when it has nothing left to do.
LOOK = """
axe.run().then(found => {
  const page = document.documentElement;
  const result = {
    violations: found.violations.map(it => [it.id, it.nodes.map(node => node.html)]),
    checked: found.passes.length,
    overflow: page.scrollWidth - page.clientWidth,
    dark: matchMedia("(prefers-color-scheme: dark)").matches,
    paper: getComputedStyle(document.body).backgroundColor,
    charts: [...document.querySelectorAll("figure svg")].map(it => it.getBoundingClientRect().height),
  };
  page.dataset.found = JSON.stringify(result);
});
"""


def browser() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert found, f"no browser: install one of {', '.join(BROWSERS)}, such as Debian's package chromium"
    return found


@pytest.fixture(scope="module")
def text() -> str:
    rng = random.Random(11)
    weeks = [curated(f"2025-W{number}", simulated(rng, MODELS)) for number in (43, 44)]
    last = curated("2025-W45", simulated(rng, MODELS, lost=MODELS[5]), {"malformed": 3})
    return page([*weeks, last], models=[*MODELS, "absent"], turns=TURNS)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 500], ids=["desktop", "phone"])
def test_the_page_is_readable(text: str, tmp_path: Path, *, width: int, dark: bool) -> None:
    file = tmp_path / "report.html"
    # Opened, so that what is folded away is looked at as well.
    opened = text.replace("<details>", "<details open>")
    scripts = f"<script>{AXE.read_text()}</script><script>{LOOK}</script></body>"
    file.write_text(opened.replace("</body>", scripts))
    command = [browser(), "--headless=new", "--disable-gpu", "--hide-scrollbars", f"--window-size={width},900"]
    command += ["--enable-logging=stderr", "--virtual-time-budget=60000", f"--user-data-dir={tmp_path / 'profile'}"]
    command += ["--no-sandbox"] * (os.geteuid() == 0)
    command += ["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] * dark
    done = subprocess.run(
        [*command, "--dump-dom", file.as_uri()], capture_output=True, text=True, timeout=240, check=True
    )
    assert "CONSOLE" not in done.stderr
    found = json.loads(done.stdout.partition('data-found="')[2].partition('"')[0].replace("&quot;", '"'))
    assert found["violations"] == []
    assert found["checked"] > 10
    assert found["overflow"] <= 0
    assert found["dark"] is dark
    assert found["paper"] == ("rgb(20, 23, 26)" if dark else "rgb(255, 255, 255)")
    assert len(found["charts"]) == 6
    assert min(found["charts"]) > 40
