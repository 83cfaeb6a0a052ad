// On a narrow screen navigation is wider than the screen: the entry of the page one is on stands in view.

function bringIntoView() {
  for (const row of document.querySelectorAll(".top-links, .settings-nav, .tabs")) {
    const here = row.querySelector("[aria-current]");
    if (here) row.scrollLeft += here.getBoundingClientRect().left - row.getBoundingClientRect().left - (row.clientWidth - here.offsetWidth) / 2;
  }
}

bringIntoView();
// With its own font an entry is wider than with the one that stood in for it.
document.fonts.ready.then(bringIntoView);
