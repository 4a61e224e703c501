// What is saved together: one answer, or one block of the header. Typed text goes into the draft at once and to the
// server soon after; one save at a time; a save whose answer was lost is repeated as it was.

import * as drafts from "./drafts.js";
import { send } from "./sending.js";

const PAUSE = 800;
const FIRST_RETRY = 2_000;
const LONGEST_RETRY = 30_000;
const STUCK = new Set(["changed", "locked", "gone", "signed-out", "somebody-else"]);

export class Unit {
  // `report(unit)` is called whenever `kind` or `data` change.
  constructor(box, report) {
    this.box = box;
    this.report = report;
    this.url = box.dataset.saveUrl;
    this.user = box.dataset.user;
    this.place = box.dataset.place;
    this.base = Number(box.dataset.base);
    this.controls = [...box.querySelectorAll("[data-field]")];
    this.known = this.read((control) => (control.type === "radio" ? control.defaultChecked : control.defaultValue));
    this.sending = null;
    this.kind = "idle";
    this.data = {};
    this.savedAt = "";
    this.retry = FIRST_RETRY;
    box.classList.add("is-scripted");
    box.addEventListener("input", () => this.note());
    box.addEventListener("change", (event) => {
      this.note();
      if (event.target.type === "radio") this.flush();
    });
    box.addEventListener("focusout", () => this.flush());
  }

  // Field → value, from the controls as they are now, or from their defaults.
  read(of = (control) => (control.type === "radio" ? control.checked : control.value)) {
    const values = {};
    for (const control of this.controls) {
      const name = control.dataset.field;
      if (control.type === "radio") values[name] = of(control) ? control.value : (values[name] ?? "");
      else values[name] = of(control);
    }
    return values;
  }

  write(values) {
    for (const control of this.controls) {
      const value = values[control.dataset.field];
      if (value === undefined) continue;
      if (control.type === "radio") control.checked = control.value === value;
      else control.value = value;
    }
    this.show();
  }

  get isClean() {
    return this.sending === null && Object.entries(this.read()).every(([name, value]) => value === this.known[name]);
  }

  // Nothing more to send: what is left waits for the person.
  get isStuck() {
    return STUCK.has(this.kind);
  }

  // To be called once. Without a draft the page shows what the server has, whatever the browser remembers of a form.
  recall() {
    const draft = drafts.read(this.user, this.place);
    this.write({ ...this.known, ...draft?.values });
    if (!draft) return;
    this.base = draft.base;
    this.sending = draft.sending;
    if (this.isClean) this.settle();
    else this.flush();
  }

  note() {
    this.show();
    if (this.kind === "refused") this.turn("waiting", {});
    if (this.isClean) return this.isStuck || this.kind === "idle" ? undefined : this.settle();
    this.keep();
    if (this.isStuck) return;
    if (this.kind !== "offline") this.turn("waiting", {});
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), PAUSE);
  }

  show() {
    if ("choice" in this.known) this.box.dataset.choice = this.read().choice;
  }

  keep() {
    drafts.keep(this.user, this.place, {
      base: this.base, values: this.read(), sending: this.sending, url: this.url, page: location.pathname,
      title: this.box.dataset.title, number: this.box.dataset.entryNumber, prefix: this.box.dataset.prefix ?? "",
    });
  }

  // Nothing is left to send.
  settle() {
    drafts.drop(this.user, this.place);
    this.turn("saved", this.data);
  }

  turn(kind, data) {
    this.kind = kind;
    this.data = data;
    this.report(this);
  }

  // Sends until nothing is left or something stands in the way; the same promise for everybody who asks meanwhile.
  flush() {
    clearTimeout(this.timer);
    if (["changed", "locked", "gone"].includes(this.kind)) return Promise.resolve();
    this.busy ??= this.sendAll().finally(() => { this.busy = null; });
    return this.busy;
  }

  async sendAll() {
    while (!this.isClean) {
      this.sending ??= this.read();
      this.keep();
      if (this.kind !== "offline") this.turn("saving", {});
      const { kind, data } = await send(this.url, this.user, this.base, prefixed(this.sending, this.box.dataset.prefix));
      if (kind === "saved") this.acknowledge(data);
      else return this.hold(kind, data);
    }
    if (this.kind === "saving" || this.kind === "offline" || this.kind === "waiting") this.settle();
  }

  acknowledge(data) {
    this.known = { ...this.known, ...this.sending };
    this.sending = null;
    this.base = data.revision;
    this.savedAt = data.saved_at;
    this.retry = FIRST_RETRY;
    this.writeBase();
    if (this.isClean) {
      this.data = data;
      this.settle();
    } else {
      this.keep();
      this.turn("saving", data);
    }
  }

  writeBase() {
    const field = this.box.querySelector("[data-base-field], input[name=base]");
    if (field) field.value = this.base;
  }

  hold(kind, data) {
    if (kind === "refused") this.sending = null;
    this.keep();
    this.turn(kind, data);
    if (kind === "offline") {
      this.timer = setTimeout(() => this.flush(), this.retry);
      this.retry = Math.min(this.retry * 2, LONGEST_RETRY);
    }
  }

  // The person has decided between both versions. `data` holds the one that stands: revision and values.
  take(which) {
    const { revision, values } = this.data;
    const mine = this.read();
    this.base = revision;
    this.known = { ...this.known, ...values };
    this.sending = null;
    this.writeBase();
    if (which === "theirs") this.write(values);
    this.turn("waiting", {});
    if (which === "theirs") return this.settle();
    this.write(mine);
    this.keep();
    return this.flush();
  }

  // Their words before mine, where both wrote and wrote something else; nothing is sent yet.
  join() {
    for (const control of this.controls) {
      const theirs = this.data.values[control.dataset.field];
      if (control.tagName !== "TEXTAREA" || !theirs || control.value.includes(theirs)) continue;
      control.value = control.value ? `${theirs}\n${control.value}` : theirs;
    }
    this.keep();
  }
}

export function prefixed(values, prefix = "") {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]));
}
