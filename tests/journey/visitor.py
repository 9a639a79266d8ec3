"""A person at a browser: opens pages, and has each of them judged and pictured once."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDTHS = {1280: 900, 390: 844}  # width and height, px
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Pages are judged as WCAG 2.2 AA and by axe's best practices.
AXE_OPTIONS = {
    "runOnly": [
        "wcag2a",
        "wcag2aa",
        "wcag21a",
        "wcag21aa",
        "wcag22aa",
        "best-practice",
    ],
    # Of what passes it would describe every node, which takes most of the time on a long page.
    "resultTypes": ["violations"],
}


@dataclass
class Visitor:
    page: Page
    screenshots: Path | None
    problems: list[str] = field(default_factory=list)  # what the console and axe complain of

    def __post_init__(self) -> None:
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))

    def _on_console(self, message: object) -> None:
        kind, text = getattr(message, "type", ""), getattr(message, "text", "")
        # A form that comes back with its errors is a 422 on purpose.
        if kind == "error" and "status of 422" not in text:
            self.problems.append(f"console: {text}")

    def look(self, name: str) -> None:
        """Judge the page as it stands, wide and light, and narrow and dark.

        Where pictures are wanted, it is judged and pictured in all four combinations.
        """
        # A click returns when the next page has begun; what it looks like is known when
        # its last style sheet is there.
        self.page.wait_for_load_state("load")
        for scheme in SCHEMES:
            for width, height in WIDTHS.items():
                if not self.screenshots and (width == 1280) != (scheme == "light"):
                    continue
                self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                self.page.set_viewport_size({"width": width, "height": height})
                self._judge(f"{name} ({scheme}, {width} px)")
                if self.screenshots:
                    self.screenshots.mkdir(parents=True, exist_ok=True)
                    path = self.screenshots / f"{name}-{width}-{scheme}.png"
                    # As tall as the page, so that what is fixed to the bottom stands there.
                    tall = self.page.evaluate("document.documentElement.scrollHeight")
                    self.page.set_viewport_size({"width": width, "height": max(tall, height)})
                    self.page.screenshot(path=path)
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        self.page.set_viewport_size({"width": 1280, "height": WIDTHS[1280]})

    def _judge(self, what: str) -> None:
        for violation in Axe().run(self.page, options=AXE_OPTIONS).response["violations"]:
            nodes = "; ".join(str(node["target"]) for node in violation["nodes"][:3])
            self.problems.append(f"{what}: axe {violation['id']}: {violation['help']} at {nodes}")
        overflow = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if overflow > 0:
            self.problems.append(f"{what}: the page scrolls {overflow} px sideways")

    def submission_id(self) -> str:
        match = re.search(r"/submissions/([^/]+)/", self.page.url)
        assert match, self.page.url
        return match[1]
