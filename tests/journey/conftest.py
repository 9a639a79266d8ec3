"""A real browser on a real server, with real workers behind it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, expect, sync_playwright

# Chromium's own sandbox needs what containers often forbid; the pages here are ours.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
# The whole test run may be at work beside a page. Playwright waits 5 s, and a page that never shows
# what it should is seen later, no less surely.
expect.set_options(timeout=60_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright's loop lives in this thread, and Django then takes its ORM for being misused.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    executable = os.environ.get("MILEPOST_CHROMIUM") or shutil.which("chromium")
    if not executable:
        pytest.fail("The tests need Chromium: apt-get install chromium, or set MILEPOST_CHROMIUM.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(autouse=True)
def _fresh_rate_limits() -> None:
    cache.clear()


@pytest.fixture(scope="session")
def screenshots() -> Path | None:
    """Where every page's pictures go; nowhere when pytest is called by hand."""
    folder = os.environ.get("MILEPOST_SCREENSHOTS")
    return Path(folder) if folder else None
