// Drafts of other pages of the same self-check, left behind by a closed tab or a lost connection: they are sent from
// wherever the person is now. What cannot be sent is named, with the way to its page.

import * as drafts from "./drafts.js";
import { send } from "./sending.js";
import { prefixed } from "./unit.js";

const AGAIN = 30_000;

let timer = 0;

// `here`: the places that the page itself takes care of. `saved(draft, data)` is told of each that was sent.
export async function sendElsewhere(user, selfCheck, here, saved) {
  clearTimeout(timer);
  const left = [];
  for (const place of drafts.places(user, selfCheck)) {
    if (!here.has(place) && !(await sendOne(user, place, saved))) left.push(drafts.read(user, place));
  }
  tell(left.filter(Boolean));
  if (left.length > 0) timer = setTimeout(() => sendElsewhere(user, selfCheck, here, saved), AGAIN);
  return left.length === 0;
}

async function sendOne(user, place, saved) {
  const draft = drafts.read(user, place);
  if (!draft) return true;
  let base = draft.base;
  for (const values of [draft.sending, draft.values]) {
    if (!values) continue;
    const { kind, data } = await send(draft.url, user, base, prefixed(values, draft.prefix));
    if (kind === "gone") break;
    if (kind !== "saved") return false;
    base = data.revision;
    saved(draft, data);
  }
  drafts.drop(user, place);
  return true;
}

function tell(left) {
  const place = document.querySelector("[data-elsewhere]");
  if (!place) return;
  place.hidden = left.length === 0;
  const words = place.querySelector("[data-elsewhere-words]");
  words.replaceChildren();
  for (const draft of left) {
    const link = document.createElement("a");
    link.href = draft.page;
    link.textContent = draft.title;
    words.append(words.childNodes.length > 0 ? "、" : "", link);
  }
  words.append("：请打开核对，网络恢复后会自动上传。");
}
