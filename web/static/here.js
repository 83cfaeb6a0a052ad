// On a narrow screen navigation is wider than the screen: the entry of the page one is on stands in view.

for (const row of document.querySelectorAll(".top-links, .settings-nav, .tabs")) {
  const here = row.querySelector("[aria-current]");
  if (here) row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}
