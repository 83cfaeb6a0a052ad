// A definition that shows on hover or focus goes away with Escape, until the pointer or the focus comes back.

function quieten() {
  for (const one of document.querySelectorAll(".defined:hover, .defined:focus-within")) one.classList.add("quietened");
}

function again({ target }) {
  target.closest?.(".defined.quietened")?.classList.remove("quietened");
}

document.addEventListener("keydown", ({ key }) => key === "Escape" && quieten());
document.addEventListener("mouseout", again);
document.addEventListener("focusout", again);
