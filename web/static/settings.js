// Relationship health: sliders and number boxes in step, limits that cannot cross, exceptions, what is not saved yet.
// The effect is computed by the server; here it is only asked for. Every text comes from the server.

const form = document.getElementById("health-form");
const texts = form && JSON.parse(document.getElementById("settings-words").textContent);

function filled(text, figures) {
  return text.replace(/%\((\w+)\)s/g, (_all, name) => figures[name]);
}

function whole(text) {
  return /^\d{1,4}$/.test(text.trim()) ? Number(text) : null;
}

function within(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

/** Say something in a live region, even the same thing twice. */
function say(id, text) {
  const node = document.getElementById(id);
  node.textContent = "";
  if (text) requestAnimationFrame(() => { node.textContent = text; });
}

function changed() {
  noteState();
  form.dispatchEvent(new CustomEvent("settings:changed"));
}

// Weights

function weight(row) {
  const range = row.querySelector(".range");
  const box = row.querySelector(".box");
  const word = row.querySelector(".slider-word");
  const [low, high] = [Number(range.min), Number(range.max)];
  function show(value) {
    range.value = value;
    if (whole(box.value) !== value) box.value = value;
    word.textContent = texts.weights[value];
    range.setAttribute("aria-valuetext", `${value}, ${texts.weights[value]}`);
    range.style.setProperty("--part", `${(100 * (value - low)) / (high - low)}%`);
  }
  range.addEventListener("input", () => { show(Number(range.value)); say("weights-said", ""); changed(); });
  box.addEventListener("input", () => {
    const value = whole(box.value);
    if (value === null || value < low || value > high) return;
    show(value);
    say("weights-said", "");
    changed();
  });
  box.addEventListener("change", () => {
    const typed = Number(box.value.replace(",", "."));
    if (whole(box.value) === Number(range.value)) return;
    const value = box.value.trim() && Number.isFinite(typed) ? within(Math.round(typed), low, high) : Number(range.value);
    show(value);
    say("weights-said", filled(texts.weightClamped, { number: value }));
    changed();
  });
  show(Number(range.value));
}

// Limits: two numbers, everything else follows. 0 < fair < good <= 100.

const BOXES = { "good-min": ["good", 0], "fair-max": ["good", 1], "fair-min": ["fair", 0], "poor-max": ["fair", 1] };

function limits() {
  const frame = document.getElementById("bands");
  const ranges = { fair: document.getElementById("fair-range"), good: document.getElementById("good-range") };
  const now = { fair: Number(ranges.fair.value), good: Number(ranges.good.value) };

  function legal(name, value) {
    return name === "good" ? within(value, now.fair + 1, 100) : within(value, 1, now.good - 1);
  }
  function show() {
    for (const [id, [name, above]] of Object.entries(BOXES)) {
      const box = document.getElementById(id);
      if (whole(box.value) !== now[name] - above) box.value = now[name] - above;
    }
    for (const name of ["fair", "good"]) {
      ranges[name].value = now[name];
      ranges[name].setAttribute("aria-valuetext", filled(texts[name], { number: now[name], below: now[name] - 1 }));
      frame.style.setProperty(`--${name}`, now[name]);
    }
    frame.classList.toggle("fair-on-top", now.fair > 50);
  }
  function move(name, value) {
    now[name] = value;
    show();
    changed();
  }

  for (const name of ["fair", "good"]) {
    ranges[name].addEventListener("input", () => {
      const wanted = Number(ranges[name].value);
      const value = legal(name, wanted);
      say("bands-said", value === wanted ? "" : filled(texts.clamped, { number: value }));
      move(name, value);
    });
  }
  for (const [id, [name, above]] of Object.entries(BOXES)) {
    const box = document.getElementById(id);
    box.addEventListener("input", () => {
      const value = whole(box.value);
      if (value === null || legal(name, value + above) !== value + above) return;
      say("bands-said", "");
      move(name, value + above);
    });
    box.addEventListener("change", () => {
      if (whole(box.value) === now[name] - above) return;
      const typed = Number(box.value.replace(",", "."));
      const value = box.value.trim() && Number.isFinite(typed) ? legal(name, Math.round(typed) + above) : now[name];
      say("bands-said", filled(texts.clamped, { number: value - above }));
      move(name, value);
    });
  }
  show();
}

// Exceptions

function lineOf(list, field) {
  return [...list.querySelectorAll("[data-line]")].find((line) => line.dataset.line === field);
}

/** Put a line into a list, or bring back the one that was taken out; the frequency is the one chosen. */
function addLine(list, field, line, frequency) {
  const known = lineOf(list, field);
  const shown = known ?? line;
  if (!known) list.querySelector("tbody").append(line);
  shown.hidden = false;
  shown.querySelector("select").value = frequency;
  list.querySelector(".overrides").hidden = false;
  shown.querySelector("select").focus();
  changed();
}

function named(template, key, name) {
  const line = template.content.firstElementChild.cloneNode(true);
  const put = (text) => text.replaceAll("__KEY__", key).replaceAll("__NAME__", name);
  for (const node of [line, ...line.querySelectorAll("*")]) {
    for (const attribute of node.attributes) attribute.value = put(attribute.value);
    for (const child of node.childNodes) if (child.nodeType === Node.TEXT_NODE) child.data = put(child.data);
  }
  return line;
}

function removeLine(line) {
  const list = line.closest("[data-list]");
  if ("new" in line.dataset) line.remove();
  else {
    line.hidden = true;
    line.querySelector("select").value = "";
  }
  list.querySelector(".overrides").hidden = !list.querySelector("[data-line]:not([hidden])");
  list.querySelector("[data-add-key], input[type=search]")?.focus();
  changed();
}

function exceptions() {
  form.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    const list = button.closest("[data-list]");
    if ("remove" in button.dataset) removeLine(button.closest("[data-line]"));
    else if ("add" in button.dataset) {
      const key = list.querySelector("[data-add-key]");
      if (!key.value) {
        key.focus();
        return;
      }
      const field = list.dataset.prefix + key.value;
      const frequency = button.previousElementSibling.value;
      addLine(list, field, named(list.querySelector("template"), key.value, key.selectedOptions[0].textContent), frequency);
      key.value = "";
      noteState();
    } else if (button.dataset.addRecord) {
      const line = button.parentElement.querySelector("template").content.firstElementChild.cloneNode(true);
      addLine(list, list.dataset.prefix + button.dataset.addRecord, line, line.querySelector("select").value);
    }
  });
}

// What is not saved yet

let saved = "";
let leaving = false;

function snapshot() {
  const values = new URLSearchParams(new FormData(form));
  values.delete("csrf_token");
  values.delete("note");
  for (const name of ["added-team", "added-segment"]) if (!values.get(name)) values.delete(`${name}-frequency`);
  return values.toString();
}

function dirty() {
  return "changed" in form.dataset || snapshot() !== saved;
}

function noteState() {
  const now = dirty();
  form.classList.toggle("dirty", now);
  document.getElementById("save").disabled = !now;
  const state = document.getElementById("save-state");
  const text = now ? texts.dirty : texts.clean;
  if (state.textContent !== text) state.textContent = text;
}

function guard() {
  form.addEventListener("submit", (event) => {
    // A second click would save over the version of the first.
    if (leaving) event.preventDefault();
    leaving = true;
    htmx.trigger(document.getElementById("effect"), "htmx:abort");
    document.getElementById("save-state").textContent = texts.saving;
  });
  // Enter in the search looks for records; sending that form would leave the page.
  document.getElementById("record-search").addEventListener("submit", (event) => {
    event.preventDefault();
    htmx.trigger(document.getElementById("record-find"), "search");
  });
  document.getElementById("revert").addEventListener("click", () => { leaving = true; });
  window.addEventListener("beforeunload", (event) => { if (dirty() && !leaving) event.preventDefault(); });
  // A browser that goes back to the page shows it as it was left.
  window.addEventListener("pageshow", () => { leaving = false; noteState(); });
}

// Effect

function effect() {
  const part = document.getElementById("effect");
  const sorry = part.querySelector(".effect-error");
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    part.addEventListener(name, ({ detail }) => { if (detail.elt === part) sorry.hidden = false; });
  }
  part.addEventListener("htmx:afterOnLoad", ({ detail }) => { if (detail.elt === part && detail.successful !== false) sorry.hidden = detail.xhr.status < 400; });
  part.querySelector("[data-again]").addEventListener("click", changed);
  document.body.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target.id === "compare-body") document.getElementById("compare").showModal();
  });
}

// Proposed settings

function proposals() {
  document.body.addEventListener("htmx:afterSwap", ({ detail }) => {
    const island = detail.target.id === "suggestion" && detail.target.querySelector("[type='application/json']");
    if (!island) return;
    const { weights, frequency } = JSON.parse(island.textContent);
    for (const [kind, value] of Object.entries(weights)) {
      const box = document.getElementById(`weight-${kind}`);
      box.value = value;
      box.dispatchEvent(new Event("input"));
    }
    document.getElementById("frequency").value = frequency;
    changed();
  });
}

if (form) {
  for (const row of form.querySelectorAll("[data-slider]")) weight(row);
  limits();
  saved = snapshot();
  exceptions();
  effect();
  proposals();
  guard();
  document.addEventListener("change", ({ target }) => {
    if (target.form === form && target.matches("select, [role=switch]")) changed();
  });
  noteState();
}
