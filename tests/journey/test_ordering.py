"""Items are put in order by keyboard; the list and the chosen places always say the same."""

from dataclasses import replace
from pathlib import Path

from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from tests.quizzes.kinds.test_ordering import METRICS, read
from tests.quizzes.test_secrecy import asked, html


def places(page: Page) -> list[tuple[str, str]]:
    """Each item's name of its input, as they stand, and its place."""
    fields = page.locator("[data-ordering] select").all()
    return [(str(field.get_attribute("name")), field.input_value()) for field in fields]


def test_items_are_moved_by_buttons_and_by_places(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page()
    page.set_content(html(asked(read(tmp_path, METRICS), seed=1)))
    page.add_script_tag(path=settings.BASE_DIR / "static" / "js" / "ordering.js")
    saved = page.evaluate_handle(
        "() => { const saved = []; document.addEventListener('input', () => saved.push(1)); "
        "return saved; }"
    )
    assert places(page) == [("place-0", ""), ("place-1", ""), ("place-2", "")]

    second = page.locator("[data-ordering] > li").nth(1)
    text = second.locator("label").inner_text()
    up = page.get_by_role("button", name=f"Up: {text}", exact=True)
    up.focus()
    page.keyboard.press("Enter")
    assert places(page) == [("place-1", "1"), ("place-0", "2"), ("place-2", "3")]
    expect(up).to_be_focused()
    expect(up).to_have_attribute("aria-disabled", "true")
    expect(page.locator("#announce")).to_have_text(f"Place 1 of 3: {text}")
    assert saved.evaluate("saved => saved.length") == 1

    page.keyboard.press("Enter")  # at the end nothing moves, and the focus stays
    assert places(page) == [("place-1", "1"), ("place-0", "2"), ("place-2", "3")]
    expect(up).to_be_focused()

    page.locator("#place-1").select_option("3")
    assert places(page) == [("place-0", "1"), ("place-2", "2"), ("place-1", "3")]
    page.context.close()


def test_list_is_as_it_was_left(browser: Browser, tmp_path: Path) -> None:
    left = {"place-0": ["3"], "place-1": ["1"], "place-2": ["2"]}
    one = replace(asked(read(tmp_path, METRICS), seed=1), response=left)
    page = browser.new_page()
    page.set_content(html(one))
    assert places(page) == [("place-0", "3"), ("place-1", "1"), ("place-2", "2")]
    page.add_script_tag(path=settings.BASE_DIR / "static" / "js" / "ordering.js")
    assert places(page) == [("place-1", "1"), ("place-2", "2"), ("place-0", "3")]
    page.context.close()
