// The window of the panel's sign-in: on to Microsoft, and afterwards the code, which counts down and leaves when used.

const onward = document.getElementById("onward");
const offer = document.getElementById("offer");

if (onward) window.location.replace(onward.href);

function end() {
  offer.remove();
  document.getElementById("used").hidden = false;
  window.close();
}

async function watch() {
  const seconds = document.getElementById("seconds");
  for (let left = Number(offer.dataset.seconds); left > 0; left -= 1) {
    seconds.textContent = seconds.dataset.said.replace("{seconds}", left);
    await new Promise((done) => setTimeout(done, 1000));
    try {
      const answer = await fetch(offer.dataset.waiting);
      if (answer.ok && !(await answer.json()).waiting) break;
    } catch {
      // The next second asks again.
    }
  }
  end();
}

if (offer) watch();
