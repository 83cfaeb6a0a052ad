// The card in a frame: leaving, and a word when a part cannot be loaded.

const out = document.getElementById("sign-out");

out?.addEventListener("click", async () => {
  await fetch(out.dataset.address, { method: "POST", headers: { "X-CSRFToken": out.dataset.token } });
  window.location.reload();
});

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(name, () => {
    document.getElementById("looking").hidden = true;
    document.getElementById("looking-failed").hidden = false;
  });
}
