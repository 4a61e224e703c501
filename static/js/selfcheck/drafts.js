// What was typed and not yet acknowledged by the server, kept in this browser. A draft belongs to one account and one
// place ("12.item3"); nobody else's is ever read.
//
// A draft: { base, values, sending, url, page, title, number, prefix }. `values` are all fields as they stand on the page;
// `sending` is what was sent last without an answer, and is sent again as it was.

const PREFIX = "lianchou.draft.";

export const isKept = storageWorks();

function storageWorks() {
  try {
    localStorage.setItem(`${PREFIX}test`, "");
    localStorage.removeItem(`${PREFIX}test`);
    return true;
  } catch {
    return false;
  }
}

function key(user, place) {
  return `${PREFIX}${user}.${place}`;
}

export function read(user, place) {
  if (!isKept) return null;
  try {
    return JSON.parse(localStorage.getItem(key(user, place)));
  } catch {
    return null;
  }
}

export function keep(user, place, draft) {
  if (!isKept) return;
  try {
    localStorage.setItem(key(user, place), JSON.stringify(draft));
  } catch {
    // Full: the server still gets what is typed.
  }
}

export function drop(user, place) {
  if (isKept) localStorage.removeItem(key(user, place));
}

// The places of this self-check where this account has drafts.
export function places(user, selfCheck) {
  if (!isKept) return [];
  const start = key(user, `${selfCheck}.`);
  return Object.keys(localStorage).filter((name) => name.startsWith(start)).map((name) => name.slice(key(user, "").length));
}
