// Sends what the device keeps, in order and each thing once: first the start of a visit, then what was entered (light,
// so that it passes where photos do not), then the rest. Only one tab of an account sends at a time.

const FIRST_RETRY = 2_000;
const LONGEST_RETRY = 60_000;
const AFTER_TYPING = 1_200;
const MOST_AT_ONCE = 40;
const PART = 256 * 1024;
const GONE = "这次检查已取消，或者不再由您参加，没有上传。";
const PATHS = { start: "start/", sample: "sample/", judge: "judge/", activity: "activities/", signature: "signatures/", end: "end/" };

export class Sender {
  // `report()` is called whenever `kind` or `words` change. kind: idle | sending | offline | signed-out | somebody-else
  constructor(store, http, report) {
    Object.assign(this, { store, http, report, kind: "idle", words: "", retry: FIRST_RETRY, isForced: false });
    this.lock = `lianchou-onsite-sending-${http.user}`;
  }

  nudge(delay = AFTER_TYPING) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), delay);
  }

  // `isForced`: also what was typed a moment ago.
  flush({ isForced = false } = {}) {
    clearTimeout(this.timer);
    this.isForced ||= isForced;
    this.busy ??= this.underLock(() => this.sendAll()).finally(() => { this.busy = null; });
    return this.busy;
  }

  underLock(work) {
    return navigator.locks ? navigator.locks.request(this.lock, work) : work();
  }

  turn(kind, words = "") {
    this.kind = kind;
    this.words = words;
    this.report();
  }

  async sendAll() {
    const waiting = await this.sendable();
    if (waiting.length > 0) this.turn("sending");
    for (const pk of new Set(waiting.map((item) => item.visit))) {
      const { kind, data } = await this.sendVisit(pk);
      if (kind !== "ok") return this.hold(kind, data);
    }
    this.isForced = false;
    this.retry = FIRST_RETRY;
    this.turn("idle");
    if ((await this.sendable()).length > 0) this.nudge();
    return undefined;
  }

  // Nothing of a visit whose start was refused can be sent.
  async sendable() {
    const queue = await this.store.queue();
    const held = new Set(queue.filter((item) => item.kind === "start" && item.state === "refused").map((item) => item.visit));
    return queue.filter((item) => item.state === "queued" && !held.has(item.visit));
  }

  hold(kind, data) {
    this.turn(kind, data.words ?? "");
    this.timer = setTimeout(() => this.flush(), this.retry);
    this.retry = Math.min(this.retry * 2, LONGEST_RETRY);
  }

  async sendVisit(pk) {
    const all = await this.store.queue(pk);
    const starts = all.filter((item) => item.kind === "start");
    for (const item of starts) {
      if (item.state === "refused") return { kind: "ok", data: {} };
      const found = await this.sendOne(pk, item);
      if (found.kind !== "ok") return found.kind === "refused" ? { kind: "ok", data: {} } : found;
    }
    const entries = await this.sendEntries(pk);
    if (entries.kind !== "ok") return entries;
    for (const item of all.filter((each) => each.state === "queued" && !["start", "entry"].includes(each.kind))) {
      if (["signature", "end"].includes(item.kind) && (await this.isBehind(pk, item))) break;
      const found = item.kind === "evidence" ? await this.sendFile(pk, item) : await this.sendOne(pk, item);
      if (!["ok", "refused"].includes(found.kind)) return found;
    }
    return { kind: "ok", data: {} };
  }

  // Something entered before it has not been sent yet.
  async isBehind(pk, item) {
    const queue = await this.store.queue(pk);
    return queue.some((each) => each.state === "queued" && each.seq < item.seq);
  }

  async sendEntries(pk) {
    for (;;) {
      const ready = (await this.store.queue(pk)).filter((item) => item.kind === "entry" && item.state === "queued" && this.isReady(item));
      if (ready.length === 0) return { kind: "ok", data: {} };
      const items = await this.store.begin(ready.slice(0, MOST_AT_ONCE).map((item) => item.seq));
      const { kind, data } = await this.http.send("POST", `visits/${pk}/entries/`, { device: device(), entries: items.map((item) => item.body) });
      if (kind === "refused" || kind === "gone") await this.refuse(pk, items, kind, data);
      else if (kind !== "ok") return { kind, data };
      else await this.store.finish(pk, answered(items, data));
    }
  }

  isReady(item) {
    return this.isForced || item.tried || Date.now() - item.changedAt >= AFTER_TYPING - 50;
  }

  async sendOne(pk, item) {
    const [sent] = await this.store.begin([item.seq]);
    if (!sent) return { kind: "ok", data: {} };
    const { kind, data } = await this.http.send("POST", `visits/${pk}/${PATHS[item.kind]}`, sent.body);
    if (kind === "ok") await this.store.finish(pk, { sent: [item.seq], change: (kept) => Object.assign(kept, data.changed) });
    if (kind === "refused" || kind === "gone") await this.refuse(pk, [item], kind, data);
    return { kind: kind === "gone" ? "refused" : kind, data };
  }

  // Told first, then its bytes in parts from where the server has them. A file that came through damaged is sent once more.
  async sendFile(pk, item) {
    const file = await this.store.file(item.id);
    if (!file) return this.finishFile(pk, item, { kind: "refused", data: { words: "本机找不到这个文件，请重新拍照或选择。" } });
    await this.store.begin([item.seq]);
    let found = await this.http.send("POST", `visits/${pk}/evidence/`, item.body);
    for (let spoilt = 0; found.kind === "ok" && !found.data.one.isWhole;) {
      const from = found.data.one.received;
      const next = await this.http.send("PUT", `evidence/${item.id}/part/?offset=${from}`, file.blob.slice(from, from + PART, "application/octet-stream"));
      if (next.kind === "refused" && spoilt === 0 && from + PART >= file.blob.size) {
        spoilt += 1;
        found = await this.http.get(`evidence/${item.id}/part/`);
        if (found.kind === "ok" && found.data.one.received === 0) continue;
      }
      found = next;
    }
    return this.finishFile(pk, item, found);
  }

  async finishFile(pk, item, { kind, data }) {
    if (kind === "refused" || kind === "gone") await this.refuse(pk, [item], kind, data);
    if (kind === "ok") {
      const change = (kept) => { kept.evidence = [...kept.evidence.filter((each) => each.id !== item.id), data.one]; };
      await this.store.finish(pk, { sent: [item.seq], files: [item.id], change });
    }
    return { kind: kind === "gone" ? "refused" : kind, data };
  }

  refuse(pk, items, kind, data) {
    const words = kind === "gone" ? GONE : (data.words ?? "没有接收，请核对后重试。");
    return this.store.finish(pk, { refused: items.map(({ seq }) => ({ seq, words, why: data.kind })) });
  }
}

// The entries that were kept leave the queue; what now stands on their lines comes with the answer.
function answered(items, { results, lines, entries, rivals }) {
  const refused = new Map(results.filter((each) => each.state === "refused").map((each) => [each.id, each.words]));
  return {
    sent: items.filter((item) => !refused.has(item.id)).map((item) => item.seq),
    refused: items.filter((item) => refused.has(item.id)).map((item) => ({ seq: item.seq, words: refused.get(item.id) })),
    change(kept) {
      for (const line of lines) delete kept.entries[line];
      Object.assign(kept.entries, entries);
      kept.rivals = [...kept.rivals.filter((each) => !lines.includes(each.line)), ...rivals];
    },
  };
}

// What made an entry, in the server's eighty characters.
export function device() {
  const inside = navigator.userAgent.match(/\(([^)]*)\)/)?.[1] ?? navigator.userAgent;
  return inside.slice(0, 80);
}
