// A part of the page that could not be loaded says so; the next one that can takes the message away.

const trouble = document.getElementById("trouble");
const [failed, refused] = trouble.querySelectorAll("p");
// What the server answers when it cannot understand what was entered.
const UNPROCESSABLE = 422;

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(name, ({ detail }) => {
    refused.hidden = detail.xhr?.status !== UNPROCESSABLE;
    failed.hidden = !refused.hidden;
    trouble.hidden = false;
  });
}
document.body.addEventListener("htmx:afterOnLoad", ({ detail }) => {
  if (detail.successful) trouble.hidden = true;
});
