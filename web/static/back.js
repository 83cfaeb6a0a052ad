// From a record one goes back to its list as one left it: the address of each list is remembered for this tab.

const LISTS = ["/opportunities", "/contacts", "/leads", "/accounts"];

window.addEventListener("pagehide", () => {
  const { pathname, search } = window.location;
  if (LISTS.includes(pathname)) sessionStorage.setItem(`list ${pathname}`, search);
});

const back = document.getElementById("back");
const list = back && new URL(back.href).pathname;
const search = list && sessionStorage.getItem(`list ${list}`);
if (search) {
  const address = new URLSearchParams(search);
  for (const choice of ["lang", "theme"]) address.delete(choice);
  if (address.size) back.href = `${list}?${address}`;
}
