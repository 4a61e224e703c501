// Keeps the pages for on-site work on the device. Data never passes here: the pages keep it themselves.
// files: addresses of all that the pages are made of; shell: the one page; version: of all of it.
const VERSION = "onsite-{{ version }}";
const SHELL = "{{ shell|escapejs }}";
const FILES = [{% for file in files %}"{{ file|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const PATIENCE = 4_000;

self.addEventListener("install", (event) => {
  event.waitUntil(keepAll());
  self.skipWaiting();
});

async function keepAll() {
  const cache = await caches.open(VERSION);
  await cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })));
  const shell = await fetch(SHELL, { cache: "reload" });
  if (shell.ok && !shell.redirected) await cache.put(SHELL, shell);
}

// The shell that is kept stays kept when the files change.
self.addEventListener("activate", (event) => {
  event.waitUntil(change());
});

async function change() {
  const names = (await caches.keys()).filter((name) => name.startsWith("onsite-") && name !== VERSION);
  const now = await caches.open(VERSION);
  for (const name of names) {
    const shell = await (await caches.open(name)).match(SHELL);
    if (shell && !(await now.match(SHELL))) await now.put(SHELL, shell);
    await caches.delete(name);
  }
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && pathname.startsWith(SHELL)) event.respondWith(page(request));
  else if (FILES.includes(pathname)) event.respondWith(file(request, pathname));
});

async function page(request) {
  const cache = await caches.open(VERSION);
  const kept = await cache.match(SHELL);
  try {
    const answer = await (kept ? Promise.race([fetch(request), tooLate()]) : fetch(request));
    if (answer.ok && !answer.redirected && answer.headers.get("Content-Type")?.startsWith("text/html")) await cache.put(SHELL, answer.clone());
    return answer.status >= 500 && kept ? kept : answer;
  } catch {
    return kept ?? Response.error();
  }
}

function tooLate() {
  return new Promise((_, refuse) => { setTimeout(() => refuse(new Error("too late")), PATIENCE); });
}

async function file(request, pathname) {
  const kept = await (await caches.open(VERSION)).match(pathname);
  return kept ?? fetch(request);
}
