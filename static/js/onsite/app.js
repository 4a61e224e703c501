// The pages for officers on site. Everything shown comes from this device; the network only brings news and takes what
// was entered.

import { certificatesView } from "./certificates.js";
import { fill, h, note } from "./dom.js";
import { endView } from "./ending.js";
import { Http } from "./http.js";
import { lineView } from "./line.js";
import { Sender } from "./queue.js";
import { activitiesView, sampleView } from "./sample.js";
import { keptView, sheetView } from "./sheet.js";
import { signaturesView } from "./sign.js";
import { startView } from "./start.js";
import { openStore } from "./store.js";
import { todayView } from "./today.js";

const { user, root, worker, paper } = document.body.dataset;
const pk = Number(location.pathname.slice(root.length).match(/^visits\/(\d+)\//)?.[1]) || null;
const place = document.querySelector("[data-main]");
const bar = document.querySelector("[data-bar]");
const net = document.querySelector("[data-net]");
const back = document.querySelector("[data-back]");
const NEWS = 45_000;
const AGAIN = 8_000;
const AWAY = 10 * 60_000;
const NO_NETWORK = "没有网络，这里显示本机保存的内容。";
const VIEWS = { start: startView, certificates: certificatesView, sample: sampleView, activities: activitiesView, signatures: signaturesView, end: endView, kept: keptView };

const store = await openStore(user).catch((error) => {
  fill(place, note("alarm", h("b", {}, "浏览器不能在本机保存内容"), h("p", {}, "请不要用无痕窗口；仍然不行的，换一个浏览器，或用", h("a", { href: paper }, "纸质检查表"), "。")));
  throw error;
});
const http = new Http(user, root);
const sender = new Sender(store, http, () => showNet());
let view = null;
let isStale = "";
let hasAsked = false;
let touchedAt = Date.now();

async function contextNow() {
  const { kept, data, queue } = pk ? await store.whole(pk) : { kept: null, data: null, queue: [] };
  return { store, sender, pk, root, paper, queue, data, choices: kept?.choices ?? {}, isStale, hasAsked, signIn };
}

// The view that the address names: "" is the list, or the visit as a whole; "#line=item:3" one line of its sheet.
async function open() {
  await view?.leave?.();
  const context = await contextNow();
  const [name, key] = location.hash.slice(1).split("=");
  const isWaiting = pk && !context.data && name !== "kept";
  if (isWaiting) view = { title: "现场检查", main: note("plain", isStale || "正在下载这次检查的资料…") };
  else if (name === "line" && pk) view = lineView(context, decodeURIComponent(key ?? ""));
  else if (name in VIEWS && (pk || name === "kept")) view = VIEWS[name](context);
  else view = pk ? sheetView(context) : todayView(context);
  fill(place, view.main);
  fill(bar, view.bar ?? []);
  bar.hidden = !view.bar;
  document.querySelector("[data-title]").textContent = view.title;
  document.title = `${view.title} · 现场检查`;
  back.href = view.back ?? root;
  back.hidden = !pk && location.hash === "";
  view.update?.(await contextNow());
  scrollTo(0, 0);
  place.dataset.part = name;
  place.focus({ preventScroll: true });
  showNet();
}

let isUpdating = false;
async function update() {
  if (isUpdating) return;
  isUpdating = true;
  await new Promise((next) => { setTimeout(next, 30); });
  isUpdating = false;
  const context = await contextNow();
  if (view && view.update) await view.update(context);
  else if (context.data || !pk) await open();
  showNet();
}

// Always there: online or not, and how much is still on this device only.
async function showNet() {
  const queue = await store.queue();
  const waiting = queue.filter((item) => item.state === "queued").length;
  const refused = queue.length - waiting;
  const isOffline = !navigator.onLine || sender.kind === "offline" || isStale !== "";
  const [tone, words] =
    sender.kind === "somebody-else" ? ["alarm", "登录了别的账号"]
      : sender.kind === "signed-out" ? ["alarm", "登录已过期"]
        : refused > 0 ? ["alarm", `${refused} 条没有接收`]
          : isOffline ? ["waiting", "没有网络"]
            : sender.kind === "sending" ? ["idle", "正在上传"] : ["good", waiting > 0 ? "等待上传" : "已上传"];
  net.dataset.tone = tone;
  const text = waiting > 0 ? `${words}，本机 ${waiting} 条` : words;
  if (net.textContent !== text) net.textContent = text;
}

function signIn() {
  const next = encodeURIComponent(location.pathname);
  return ["signed-out", "somebody-else"].includes(sender.kind) && h("a", { class: "os-button", href: `/accounts/sign-in/?next=${next}` }, "重新登录");
}

// What is new on the server, for the list and for every visit in it, so that all can be used without network.
async function refresh() {
  await sender.flush();
  const { kind, data } = await http.get("today.json");
  isStale = { offline: NO_NETWORK, "signed-out": "登录已过期，这里显示本机保存的内容。" }[kind] ?? "";
  hasAsked = true;
  if (kind === "signed-out") sender.turn("signed-out");
  if (kind !== "ok" || String(data.user) !== user) return update();
  http.token = data.token;
  await store.keepToday(data.visits);
  const wanted = pk && !data.visits.some((head) => head.pk === pk) ? [pk, ...data.visits.map((head) => head.pk)] : data.visits.map((head) => head.pk);
  wanted.sort((one, other) => (other === pk) - (one === pk));
  for (const each of wanted) await refreshVisit(each);
  return showNet();
}

// Not while something of it is on its way: what is sent answers with what is new. (See Sender.)
async function refreshVisit(each) {
  await sender.underLock(async () => {
    const { kind, data } = await http.get(`visits/${each}/data.json`);
    if (kind !== "ok" || String(data.user) !== user) return;
    isStale = "";
    await store.keepData(each, data.data, data.choices);
  });
}

// Whoever is away is signed out after a while, as everywhere: asking for news would keep them signed in.
async function refreshThis() {
  if (document.visibilityState !== "visible" || !navigator.onLine || Date.now() - touchedAt > AWAY) return;
  await sender.flush();
  if (pk) await refreshVisit(pk);
}

store.onChange(update);
for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => { touchedAt = Date.now(); });
addEventListener("hashchange", open);
addEventListener("online", refresh);
addEventListener("offline", showNet);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") refresh();
  else view?.leave?.();
});
addEventListener("pagehide", () => view?.leave?.());
setInterval(refreshThis, NEWS);
// Not every device says that it is online again, nor every time.
setInterval(() => { if (isStale === NO_NETWORK && document.visibilityState === "visible") refresh(); }, AGAIN);

await open();
navigator.storage?.persist?.();
if ("serviceWorker" in navigator) navigator.serviceWorker.register(worker, { scope: root }).catch(() => {});
await refresh();
