// From an opportunity one goes back to the list as one left it: its address is remembered for this tab.

const LIST = "/opportunities";

window.addEventListener("pagehide", () => {
  if (window.location.pathname === LIST) sessionStorage.setItem("list", window.location.search);
});

const back = document.getElementById("back");
const search = sessionStorage.getItem("list");
if (back && search) {
  const address = new URLSearchParams(search);
  for (const choice of ["lang", "theme"]) address.delete(choice);
  if (address.size) back.href = `${LIST}?${address}`;
}
