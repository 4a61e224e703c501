// The filling pages: saves by itself, says so, and loses nothing. The page works without it, by its buttons.

import * as drafts from "./drafts.js";
import { sendElsewhere } from "./elsewhere.js";
import { Unit } from "./unit.js";

const state = document.querySelector("[data-save-state]");
const selfCheck = location.pathname.match(/\/selfchecks\/(\d+)\//)?.[1];
const units = [...document.querySelectorAll("[data-unit]:not([data-conflict])")].map((box) => new Unit(box, report));
const user = document.querySelector("[data-user]")?.dataset.user;

const atFirst = [state?.dataset.tone, state?.textContent];

const WORDS = {
  waiting: ["idle", "正在填写…"],
  saving: ["idle", "正在保存…"],
  offline: ["waiting", "网络已断开，内容保存在本机，恢复后自动上传"],
  changed: ["alarm", "有人同时修改了这一项，请核对"],
  "signed-out": ["alarm", "登录已过期，内容保存在本机"],
  "somebody-else": ["alarm", "现在登录的是另一个账号，内容没有保存"],
};
const URGENCY = ["somebody-else", "signed-out", "changed", "gone", "locked", "refused", "offline", "saving", "waiting"];

function report(unit) {
  showErrors(unit);
  if (unit.kind === "changed") showConflict(unit);
  if (unit.kind === "saved" && unit.data.entry) showProgress(unit);
  showState();
}

// The state of the page is that of its most troubled part.
function showState() {
  if (!state) return;
  const kind = URGENCY.find((each) => units.some((unit) => unit.kind === each));
  const unit = units.find((each) => each.kind === kind);
  if (kind) say(...(WORDS[kind] ?? ["alarm", trouble(unit)]));
  else if (!navigator.onLine && units.length > 0) say("waiting", "网络已断开，可以继续填写，内容保存在本机");
  else saySaved();
  if (kind === "signed-out") offerSignIn();
  if (kind === "changed") offerPanel(unit);
  if (kind === "offline" && unit.data.words) say("waiting", `${unit.data.words}，内容保存在本机，稍后自动上传`);
}

function trouble(unit) {
  if (unit.kind === "refused") return unit.data.words ?? "有内容填写不正确，请改正";
  return unit.data.words ?? (unit.kind === "gone" ? "这一部分已被删除，请刷新页面" : "这一项现在不能修改");
}

function saySaved() {
  const times = units.map((unit) => unit.savedAt).filter(Boolean).sort();
  if (times.length > 0) say("saved", `已保存 ${times[times.length - 1]}`);
  else if (units.some((unit) => unit.kind === "saved")) say("saved", "已保存");
  else if (units.length > 0) say(...atFirst);
}

function say(tone, words) {
  state.dataset.tone = tone;
  if (state.textContent !== words) state.textContent = words;
}

function offerSignIn() {
  const link = document.createElement("a");
  link.href = `/accounts/sign-in/?next=${encodeURIComponent(location.pathname)}`;
  link.textContent = "重新登录";
  state.append("，", link, "后自动上传");
}

function offerPanel(unit) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "save-state-more";
  button.textContent = "查看";
  button.addEventListener("click", () => unit.box.querySelector("[data-conflict-panel]")?.focus());
  state.append(" ", button);
}

function showErrors(unit) {
  for (const place of unit.box.querySelectorAll("[data-error-for]")) {
    const words = unit.data.errors?.[place.dataset.errorFor] ?? "";
    place.hidden = !words;
    place.querySelector("span").textContent = words;
  }
}

function showProgress(unit) {
  const { entry, missing } = unit.data;
  showEntry(unit.box.dataset.entryNumber, entry);
  const lacking = unit.box.querySelector("[data-lacking]");
  if (lacking) {
    lacking.hidden = missing.length === 0 || entry.state === "todo";
    lacking.querySelector("[data-lacking-words]").textContent = missing.join("、");
  }
  for (const place of unit.box.querySelectorAll("[data-missing-for]")) place.hidden = !missing.includes(place.dataset.missingFor);
}

function showEntry(number, entry) {
  for (const mark of document.querySelectorAll(`[data-entry="${number}"] [data-mark]`)) {
    mark.className = `fill-mark fill-mark-${entry.tone}`;
    mark.textContent = entry.label;
    mark.dataset.outstanding = ["todo", "started", "returned"].includes(entry.state) ? "yes" : "no";
  }
  const list = document.querySelector("[data-progress]");
  if (!list) return;
  const done = list.querySelectorAll("[data-outstanding=no]").length;
  for (const place of document.querySelectorAll("[data-done]")) place.textContent = done;
}

// Where nothing can be typed the page comes anew, with the next step; elsewhere its list is set right.
let sentElsewhere = false;
async function clearElsewhere() {
  const here = new Set(units.map((unit) => unit.place));
  const isAll = await sendElsewhere(user, selfCheck, here, (draft, data) => {
    sentElsewhere = true;
    showEntry(draft.number, data.entry);
  });
  if (isAll && sentElsewhere && units.length === 0) location.reload();
  return isAll;
}

function showConflict(unit) {
  const place = unit.box.querySelector("[data-conflict-place]");
  place.innerHTML = unit.data.panel;
  const panel = place.querySelector("[data-conflict-panel]");
  compareVersions(unit);
  if (!isTyping(unit)) panel.focus();
  for (const button of place.querySelectorAll("[data-take]")) {
    button.addEventListener("click", () => decide(unit, place, button.dataset.take));
  }
}

// Whoever is typing goes on typing: the bar at the foot tells them, and leads to the panel.
function isTyping(unit) {
  return unit.box.contains(document.activeElement) && document.activeElement.matches("textarea, input:not([type=radio])");
}

// What the person goes on writing shows in the panel too.
function compareVersions(unit) {
  const mine = unit.read();
  for (const row of unit.box.querySelectorAll("[data-row]")) {
    const value = mine[row.dataset.row];
    row.hidden = value === unit.data.values[row.dataset.row];
    row.querySelector("[data-mine]").textContent = worded(unit, row.dataset.row, value) || "（空）";
  }
}

function worded(unit, field, value) {
  const choice = unit.controls.find((control) => control.dataset.field === field && control.type === "radio" && control.value === value);
  return choice ? choice.closest("label").querySelector("b").textContent : value;
}

function decide(unit, place, which) {
  if (which === "both") {
    unit.join();
    compareVersions(unit);
    unit.box.querySelector("textarea")?.focus();
    return;
  }
  place.replaceChildren();
  unit.take(which);
}

// What differs from the pool is said while typing.
function comparePool(event) {
  const box = event.target.closest(".fill-cell");
  const pool = box?.querySelector("[data-pool]");
  if (!pool) return;
  const value = event.target.value.trim();
  pool.hidden = !value || value === pool.dataset.pool;
}

async function saveAll() {
  await Promise.all(units.map((unit) => unit.flush()));
  return units.every((unit) => unit.isClean);
}

// On to the next page once everything is saved; otherwise the page stays and says why.
async function goOn(event) {
  const next = event.submitter?.dataset.next;
  if (!next || units.length === 0) return;
  event.preventDefault();
  if (await saveAll()) location.assign(next);
  else units.find((unit) => !unit.isClean)?.box.scrollIntoView({ block: "nearest" });
}

async function submitAfterDrafts(event) {
  const form = event.target.closest("[data-waits-for-drafts]");
  if (!form || drafts.places(user, selfCheck).length === 0) return;
  event.preventDefault();
  if (!(await clearElsewhere())) form.querySelector("button").disabled = false;
}

function flushAll() {
  for (const unit of units) if (!unit.isClean) unit.flush();
}

function tryAgain() {
  flushAll();
  showState();
  if (user && selfCheck) clearElsewhere();
}

document.addEventListener("input", comparePool);
document.addEventListener("input", () => {
  for (const unit of units) if (unit.kind === "changed") compareVersions(unit);
});
document.addEventListener("submit", (event) => {
  if (event.target.matches(".fill-form")) goOn(event);
  else submitAfterDrafts(event);
});
document.addEventListener("visibilitychange", flushAll);
window.addEventListener("pagehide", flushAll);
window.addEventListener("online", tryAgain);
window.addEventListener("offline", () => {
  flushAll();
  showState();
});
window.addEventListener("beforeunload", (event) => {
  if (!drafts.isKept && units.some((unit) => !unit.isClean)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-remove]") && !confirm("删除这张证书和已填写的内容？删除后不能恢复。")) event.preventDefault();
});

for (const unit of units) unit.recall();
tryAgain();
