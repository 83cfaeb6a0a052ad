// The frame's part of the sign-in: it makes a secret, lets a window of its own have the hash, and asks with the secret
// whether the sign-in is done. The secret stays in this script. No message from another window is listened to.

const door = document.getElementById("door");
const begin = document.getElementById("begin");
const confirmation = document.getElementById("confirm");
const field = document.getElementById("code");
const seconds = document.getElementById("seconds");
const said = document.getElementById("said");
const sentences = document.getElementById("sentences").content;
const POLL_MS = 1500;
const LONGEST_WAIT_MS = 15 * 60 * 1000;

let verifier = "";
let attempt = 0;

function show(step) {
  for (const part of door.querySelectorAll("[data-step]")) part.hidden = part.dataset.step !== step;
}

function say(key) {
  said.textContent = key ? sentences.querySelector(`[data-key="${key}"]`).textContent : "";
}

function written(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function start(key = "") {
  attempt += 1;
  verifier = written(crypto.getRandomValues(new Uint8Array(32)));
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  begin.elements.challenge.value = written(new Uint8Array(hash));
  field.value = "";
  show("start");
  say(key);
}

async function ask(address, body) {
  const answer = await fetch(address, {
    method: "POST", body: JSON.stringify(body),
    headers: { "Content-Type": "application/json", "X-CSRFToken": door.dataset.token },
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

const later = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

async function wait(mine) {
  const until = Date.now() + LONGEST_WAIT_MS;
  while (mine === attempt && Date.now() < until) {
    await later(POLL_MS);
    try {
      const answer = await ask(door.dataset.poll, { verifier });
      if (mine === attempt && answer.seconds) return count(mine, answer.seconds);
    } catch {
      // The next question may be answered.
    }
  }
  if (mine === attempt) await start("gone");
}

async function count(mine, left) {
  show("code");
  field.focus();
  for (let rest = left; mine === attempt && rest > 0; rest -= 1) {
    seconds.textContent = seconds.dataset.said.replace("{seconds}", rest);
    await later(1000);
  }
  if (mine === attempt) await start("gone");
}

begin.addEventListener("submit", (event) => {
  const opened = window.open("", begin.target, "popup,width=520,height=720");
  if (!opened) {
    event.preventDefault();
    show("no-window");
    return;
  }
  show("waiting");
  say("");
  wait(attempt);
});

for (const button of door.querySelectorAll("[data-again]")) button.addEventListener("click", () => start());

field.addEventListener("input", () => {
  if (field.value.replace(/\D/g, "").length === 6) confirmation.requestSubmit();
});

confirmation.addEventListener("submit", async (event) => {
  event.preventDefault();
  const code = field.value.replace(/\D/g, "");
  try {
    const answer = await ask(door.dataset.finish, { verifier, code });
    if (answer.done) {
      attempt += 1;
      window.location.reload();
    } else if (answer.tries) {
      say("wrong");
      field.select();
    } else {
      await start("gone");
    }
  } catch {
    say("trouble");
  }
});

try {
  const { kept } = await (await fetch(door.dataset.cookie)).json();
  if (kept) await start();
  else show("no-cookie");
} catch {
  show("no-cookie");
}
