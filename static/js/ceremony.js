// The projector: full screen, and one quiet line while the connection is down. What is shown comes from the server.

const full = document.querySelector("[data-full]");
const lost = document.querySelector("[data-lost]");

if (document.documentElement.requestFullscreen) {
  full.hidden = false;
  full.addEventListener("click", () => document.documentElement.requestFullscreen());
  document.addEventListener("fullscreenchange", () => { full.hidden = Boolean(document.fullscreenElement); });
}

document.addEventListener("htmx:sendError", () => { lost.hidden = false; });
document.addEventListener("htmx:responseError", () => { lost.hidden = false; });
document.addEventListener("htmx:afterOnLoad", () => { lost.hidden = true; });

// The session is over when something else than the state comes back: the page itself then leads to the sign-in.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.responseText.includes('id="ceremony-state"')) return;
  event.detail.shouldSwap = false;
  if (event.detail.xhr.status === 200) location.reload();
});
