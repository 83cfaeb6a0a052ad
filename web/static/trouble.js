// A part of the page that could not be loaded says so; the next one that can takes the message away.

const trouble = document.getElementById("trouble");

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(name, () => {
    trouble.hidden = false;
  });
}
document.body.addEventListener("htmx:afterOnLoad", ({ detail }) => {
  if (detail.successful) trouble.hidden = true;
});
