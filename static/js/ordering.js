// Items to be put in order: buttons move an item up or down, and choosing its place moves it there.
// Without this script, each item's place is chosen, and the list stays as it is.
(() => {
  "use strict";

  const field = (item) => item.querySelector("select");
  const text = (item) => item.querySelector("label").textContent.trim();

  // The item that has the focus stays in the document, and the others are put around it: an element
  // that is moved loses the focus.
  function arrange(items, kept) {
    const list = kept.parentElement;
    const place = items.indexOf(kept);
    for (const item of items.slice(0, place)) list.insertBefore(item, kept);
    list.append(...items.slice(place + 1));
  }

  function showEnds(list) {
    for (const item of list.children) {
      const [up, down] = item.querySelectorAll("button");
      // Not disabled: that would take the focus from whoever has just moved the item there.
      up.setAttribute("aria-disabled", String(item === list.firstElementChild));
      down.setAttribute("aria-disabled", String(item === list.lastElementChild));
    }
  }

  function move(item, place) {
    const list = item.parentElement;
    const items = [...list.children].filter((one) => one !== item);
    if (place < 0 || place > items.length) return;
    items.splice(place, 0, item);
    arrange(items, item);
    items.forEach((one, index) => (field(one).selectedIndex = index + 1));
    showEnds(list);
    item.scrollIntoView({ block: "nearest" });
    document.getElementById("announce").textContent = `Place ${place + 1} of ${items.length}: ${text(item)}`;
  }

  function button(item, word, step) {
    const one = document.createElement("button");
    one.type = "button";
    one.className = "button";
    one.textContent = word;
    one.setAttribute("aria-label", `${word}: ${text(item)}`);
    one.addEventListener("click", () => {
      move(item, [...item.parentElement.children].indexOf(item) + step);
      // As if the place were chosen, so that it is saved.
      field(item).dispatchEvent(new Event("input", { bubbles: true }));
    });
    return one;
  }

  // As it was left, if every item has a place of its own.
  function restore(list) {
    const items = [...list.children];
    const places = new Set(items.map((item) => field(item).selectedIndex));
    if (places.size < items.length || places.has(0)) return;
    items.sort((one, other) => field(one).selectedIndex - field(other).selectedIndex);
    list.append(...items);
  }

  for (const list of document.querySelectorAll("[data-ordering]")) {
    for (const item of list.children) {
      item.append(button(item, "Up", -1), button(item, "Down", 1));
      field(item).addEventListener("change", () => move(item, field(item).selectedIndex - 1));
    }
    restore(list);
    showEnds(list);
  }
})();
