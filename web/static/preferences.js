// Language and theme links keep the address that htmx has moved to; a theme shows at once, without a reload.

document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-preference]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const name = link.dataset.preference;
  const chosen = new URL(link.href).searchParams.get(name);
  const address = new URL(window.location.href);
  address.searchParams.set(name, chosen);
  if (name === "lang") {
    window.location.assign(address);
    return;
  }
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
  for (const one of link.parentElement.children) one.toggleAttribute("aria-current", false);
  link.setAttribute("aria-current", "true");
  await fetch(`/healthz?theme=${chosen}`);
});
