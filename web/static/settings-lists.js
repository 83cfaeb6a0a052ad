// Lists, sources and templates: what is not saved yet, choices that move into their list, placeholders, places of faults.
// Everything works without this file too: choices are check boxes, effects are shown when the form comes back.

const form = document.querySelector("form[data-tracked]");

// What is not saved yet

let saved = "";
let leaving = false;

function snapshot() {
  const values = new URLSearchParams(new FormData(form));
  for (const name of ["csrf_token", "note", "confirmed", "contact"]) values.delete(name);
  values.sort();
  return values.toString();
}

function dirty() {
  return "changed" in form.dataset || snapshot() !== saved;
}

function noteState() {
  const now = dirty();
  form.classList.toggle("dirty", now);
  const save = document.getElementById("save");
  if (!("always" in save.dataset)) save.disabled = !now;
  const state = form.querySelector(".save-state");
  if (!state) return;
  const text = now ? state.dataset.dirty : state.dataset.clean;
  if (state.textContent !== text) state.textContent = text;
}

function changed() {
  noteState();
  form.dispatchEvent(new CustomEvent("settings:changed"));
}

function guard() {
  form.addEventListener("submit", (event) => {
    // A second click would save over the version of the first.
    if (leaving) event.preventDefault();
    leaving = true;
    const state = form.querySelector(".save-state");
    if (state) state.textContent = state.dataset.saving;
  });
  document.getElementById("revert")?.addEventListener("click", () => { leaving = true; });
  if (!("free" in form.dataset)) window.addEventListener("beforeunload", (event) => { if (dirty() && !leaving) event.preventDefault(); });
  window.addEventListener("pageshow", () => { leaving = false; noteState(); });
}

// Choices

/** Put what was ticked among the found into its list, where it stays when the next search replaces the found. */
function take(box) {
  const list = box.closest("[data-list]");
  const line = box.closest("li");
  const known = [...list.querySelectorAll("[data-picks] .pick-box")].find((one) => one.value === box.value);
  if (known) {
    known.checked = known.name.startsWith("add-");
    line.remove();
    known.focus();
    return;
  }
  list.querySelector("[data-picks]").append(line);
  list.querySelector("input[type=search]").focus();
}

function picks() {
  form.addEventListener("change", ({ target }) => {
    if (!target.matches(".pick-box")) return;
    if (target.closest("[data-found]")) take(target);
    else if (target.name.startsWith("add-") && !target.checked) {
      const list = target.closest("[data-list]");
      target.closest("li").remove();
      list.querySelector("input[type=search]").focus();
    }
  });
  // Enter in a search looks for something; sending that form would leave the page.
  for (const search of document.querySelectorAll("form[id^='search-']")) {
    search.addEventListener("submit", (event) => {
      event.preventDefault();
      htmx.trigger(document.querySelector(`[form="${search.id}"][type=search]`), "search");
    });
  }
}

// The effect, or the preview, of what is on the screen

function effect() {
  const part = document.getElementById("effect");
  if (!part) return;
  const sorry = part.querySelector(".effect-error");
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    part.addEventListener(name, ({ detail }) => { if (detail.elt === part) sorry.hidden = false; });
  }
  part.addEventListener("htmx:afterOnLoad", ({ detail }) => { if (detail.elt === part) sorry.hidden = detail.xhr.status < 400; });
  part.querySelector("[data-again]").addEventListener("click", changed);
}

// Templates

let field = null;

function insert(name) {
  const target = field ?? document.getElementById("body");
  target.focus();
  target.setRangeText(`{{ ${name} }}`, target.selectionStart, target.selectionEnd, "end");
  target.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Select what a fault is about. line, column: from 1. */
function show({ field: id, line, column, length }) {
  const text = document.getElementById(id);
  const before = text.value.split("\n").slice(0, Number(line) - 1);
  const start = before.reduce((sum, one) => sum + one.length + 1, 0) + Number(column) - 1;
  text.focus();
  text.setSelectionRange(start, start + Math.max(Number(length), 1));
}

function templates() {
  for (const id of ["subject", "body"]) document.getElementById(id)?.addEventListener("focus", ({ target }) => { field = target; });
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (button?.dataset.placeholder) insert(button.dataset.placeholder);
    else if (button?.dataset.line) show(button.dataset);
  });
}

if (form) {
  saved = snapshot();
  picks();
  effect();
  templates();
  guard();
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  document.addEventListener("change", ({ target }) => { if (target.form === form && !form.contains(target)) changed(); });
  noteState();
}
