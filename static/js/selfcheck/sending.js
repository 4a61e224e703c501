// One save over the network, and what came of it: { kind, data }.
// kind: saved | changed | locked | gone | refused | signed-out | somebody-else | offline

import { ask } from "../answering.js";

const KINDS = { 200: "saved", 401: "somebody-else", 404: "gone", 409: "changed", 422: "refused", 423: "locked" };
const PATIENCE = 20_000;

let token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";

export async function send(url, user, base, values) {
  const first = await post(url, user, base, values);
  if (first.kind !== "forbidden") return first;
  const kind = await renew(user);
  if (kind !== "renewed") return { kind, data: {} };
  const second = await post(url, user, base, values);
  return second.kind === "forbidden" ? { kind: "locked", data: { words: "您现在不能填写这份自查表，请刷新页面。" } } : second;
}

function post(url, user, base, values) {
  const body = new URLSearchParams({ ...values, base, user });
  const headers = { "X-CSRFToken": token, Accept: "application/json" };
  return ask(url, { method: "POST", body, headers, keepalive: true }, { kinds: KINDS, patience: PATIENCE });
}

// After a new sign-in the page's token is no longer good; a fresh one is only taken for the same account.
async function renew(user) {
  try {
    const answer = await fetch("/my/selfchecks/pulse/", { redirect: "manual", cache: "no-store" });
    if (!answer.ok) return "signed-out";
    const now = await answer.json();
    if (String(now.user) !== user) return "somebody-else";
    token = now.token;
    for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token;
    return "renewed";
  } catch {
    return "offline";
  }
}
