// A slider for the decision threshold, in place of the list that stands there without this script:
// it moves the mark on the curve and shows what its point means, from the table of all points.
(() => {
  "use strict";

  const question = document.querySelector("[data-threshold]");
  if (!question) return;
  const list = question.querySelector("select");
  const slider = question.querySelector("input[type=range]");
  const rows = question.querySelectorAll("tbody tr");
  const values = question.querySelectorAll(".point-values dd");
  const mark = question.querySelector(".choice");
  const [line, dot, name] = mark.children;
  const middle = mark.ownerSVGElement.viewBox.baseVal.width / 2;

  function set(element, attributes) {
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  }

  function show() {
    const row = rows[slider.value];
    const x = Number(row.dataset.x);
    const left = x > middle;
    set(line, { x1: x, x2: x });
    set(dot, { cx: x, cy: row.dataset.y });
    set(name, { x: x + (left ? -8 : 8), "text-anchor": left ? "end" : "start" });
    name.textContent = `Threshold ${row.cells[0].textContent}`;
    values.forEach((value, place) => {
      value.textContent = row.cells[place].textContent;
    });
    slider.setAttribute("aria-valuetext", row.dataset.words);
  }

  list.disabled = true;
  list.closest(".field").hidden = true;
  slider.disabled = false;
  slider.closest(".field").hidden = false;
  mark.removeAttribute("visibility");
  slider.addEventListener("input", show);
  show();
})();
