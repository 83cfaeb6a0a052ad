// Keys: / searches, j and k (or the arrows) move from line to line, Enter opens, ? explains.

function lines() {
  return [...document.querySelectorAll(".row-link")];
}

function move(step) {
  const all = lines();
  if (all.length === 0) return;
  const here = all.indexOf(document.activeElement);
  const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + step, 0), all.length - 1);
  all[next].focus();
  all[next].scrollIntoView({ block: "nearest" });
}

function explain() {
  document.getElementById("keys").showModal();
}

function writing(node) {
  return node.closest("input, select, textarea, [contenteditable]") !== null;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const search = document.getElementById("search");
  if (writing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (document.querySelector("dialog[open]")) return;
  const menu = document.querySelector("details.menu[open]");
  const onLine = event.target.classList.contains("row-link");
  const acts = {
    "/": search && (() => { search.focus(); search.select(); }),
    "?": explain,
    Escape: menu && (() => { menu.open = false; menu.querySelector("summary").focus(); }),
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: onLine && (() => move(1)),
    ArrowUp: onLine && (() => move(-1)),
  };
  const act = acts[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-explains-keys]")) explain();
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
