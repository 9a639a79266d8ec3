// Fields for code: Tab indents, Enter keeps the indentation, Ctrl or Cmd with Enter runs.
// Esc lets the next Tab leave the field, so that nobody is caught in it.
(() => {
  "use strict";

  const INDENT = "    ";
  let leaving = false;

  // By the browser's own editing, so that undo goes on working.
  function insert(field, text) {
    if (!document.execCommand("insertText", false, text)) field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  }

  function lineStart(field, place) {
    return field.value.lastIndexOf("\n", place - 1) + 1;
  }

  // Indents, or with Shift dedents, every line that the selection touches.
  function shiftLines(field, back) {
    const start = lineStart(field, field.selectionStart);
    const end = field.selectionEnd;
    const lines = field.value.slice(start, end).split("\n");
    const shifted = lines.map((line) => (back ? line.replace(/^ {1,4}/, "") : line && INDENT + line)).join("\n");
    field.setSelectionRange(start, end);
    insert(field, shifted);
    field.setSelectionRange(start, start + shifted.length);
  }

  function tab(field, back) {
    const chosen = field.value.slice(field.selectionStart, field.selectionEnd);
    if (!back && !chosen.includes("\n")) return insert(field, INDENT);
    if (back && !chosen) {
      const start = lineStart(field, field.selectionStart);
      const place = field.selectionStart;
      const spaces = field.value.slice(start).match(/^ {0,4}/)[0].length;
      if (!spaces) return undefined;
      field.setSelectionRange(start, start + spaces);
      insert(field, "");
      field.setSelectionRange(Math.max(start, place - spaces), Math.max(start, place - spaces));
      return undefined;
    }
    return shiftLines(field, back);
  }

  function newLine(field) {
    const line = field.value.slice(lineStart(field, field.selectionStart), field.selectionStart);
    const indent = line.match(/^ */)[0];
    insert(field, "\n" + indent + (line.trimEnd().endsWith(":") ? INDENT : ""));
  }

  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLTextAreaElement) || !("codeInput" in field.dataset)) return;
    if (event.isComposing) return;
    const left = leaving;
    leaving = event.key === "Escape" || (left && event.key === "Shift");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      field.form.requestSubmit();
    } else if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      newLine(field);
    } else if (event.key === "Tab" && !left && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      tab(field, event.shiftKey);
    }
  });

  // Who has been logged out meanwhile is sent to log in. What they typed waits in this tab, under
  // their number, until they are back at its field.
  function draftName(field) {
    return `code of ${field.dataset.codeInput} for ${field.form.getAttribute("action")}`;
  }

  document.addEventListener("htmx:beforeOnLoad", ({ detail }) => {
    if (!detail.xhr.getResponseHeader("HX-Redirect")) return;
    for (const field of document.querySelectorAll("[data-code-input]")) sessionStorage.setItem(draftName(field), field.value);
  });

  document.addEventListener("htmx:load", ({ detail }) => {
    for (const field of detail.elt.querySelectorAll("[data-code-input]")) {
      const draft = sessionStorage.getItem(draftName(field));
      if (draft !== null) field.value = draft;
      sessionStorage.removeItem(draftName(field));
    }
  });
})();
