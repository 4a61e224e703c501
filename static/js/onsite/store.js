// What this device keeps, for one account: the visits taken along, what was entered and not yet acknowledged by the
// server, and the files that go with it. Nobody else's is ever read.
//
// A queued item: { seq, id, visit, kind, body, state: "queued" | "refused", words, why, tried, at, changedAt }.
// Once `tried`, an item may have reached the server and is never changed again, only sent again as it was.

const STORES = { visits: { keyPath: "pk" }, queue: { keyPath: "seq", autoIncrement: true }, files: { keyPath: "id" }, drafts: { keyPath: "key" } };

export async function openStore(user) {
  const name = `lianchou-onsite-${user}`;
  const asked = indexedDB.open(name, 1);
  asked.onupgradeneeded = () => {
    for (const [store, options] of Object.entries(STORES)) asked.result.createObjectStore(store, options);
    asked.transaction.objectStore("queue").createIndex("visit", "visit");
  };
  return new Store(await done(asked), name);
}

function done(request) {
  return new Promise((fulfil, refuse) => {
    request.onsuccess = () => fulfil(request.result);
    request.onerror = () => refuse(request.error);
  });
}

export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

class Store {
  constructor(base, name) {
    this.base = base;
    this.listeners = [];
    this.others = "BroadcastChannel" in window ? new BroadcastChannel(name) : null;
    if (this.others) this.others.onmessage = () => this.tell();
    base.onversionchange = () => base.close();
  }

  // `listener()` is called when something changed, here or in another tab.
  onChange(listener) {
    this.listeners.push(listener);
  }

  tell() {
    for (const listener of this.listeners) listener();
  }

  changed() {
    this.others?.postMessage("changed");
    this.tell();
  }

  // One transaction: `work(stores)` may await its requests and nothing else.
  async write(names, work) {
    const transaction = this.base.transaction(names, "readwrite", { durability: "strict" });
    const finished = new Promise((fulfil, refuse) => {
      transaction.oncomplete = () => fulfil();
      transaction.onabort = () => refuse(transaction.error);
    });
    const stores = Object.fromEntries(names.map((name) => [name, transaction.objectStore(name)]));
    const result = await work(stores);
    await finished;
    return result;
  }

  read(name) {
    return this.base.transaction(name).objectStore(name);
  }

  visits() {
    return done(this.read("visits").getAll());
  }

  // Everything queued, oldest first; of one visit if it is given.
  queue(pk) {
    const queue = this.read("queue");
    return done(pk === undefined ? queue.getAll() : queue.index("visit").getAll(pk));
  }

  // A visit's data and its queue as they are at one moment: what was sent meanwhile stands in the one or the other.
  async whole(pk) {
    const transaction = this.base.transaction(["visits", "queue"]);
    const asked = [transaction.objectStore("visits").get(pk), transaction.objectStore("queue").index("visit").getAll(pk)];
    const [kept, queue] = await Promise.all(asked.map(done));
    return { kept, data: kept?.data ?? null, queue };
  }

  file(id) {
    return done(this.read("files").get(id));
  }

  async draft(key) {
    return (await done(this.read("drafts").get(key)))?.value;
  }

  keepDraft(key, value) {
    return this.write(["drafts"], ({ drafts }) => done(drafts.put({ key, value })));
  }

  // The server's list. A visit that is no longer in it goes, unless something of it has not been sent.
  async keepToday(heads) {
    await this.write(["visits", "queue"], async ({ visits, queue }) => {
      const wanted = new Set(heads.map((head) => head.pk));
      for (const kept of await done(visits.getAll())) {
        const isQueued = (await done(queue.index("visit").count(kept.pk))) > 0;
        if (!wanted.has(kept.pk) && !isQueued) await done(visits.delete(kept.pk));
      }
      for (const head of heads) {
        const kept = (await done(visits.get(head.pk))) ?? { pk: head.pk, data: null };
        await done(visits.put({ ...kept, head }));
      }
    });
    this.changed();
  }

  async keepData(pk, data, choices) {
    await this.write(["visits"], ({ visits }) => done(visits.put({ pk, head: data.visit, data, choices, at: new Date().toISOString() })));
    this.changed();
  }

  async add(item) {
    const at = new Date().toISOString();
    await this.write(["queue"], ({ queue }) => done(queue.add({ id: newId(), state: "queued", words: "", why: "", tried: false, at, changedAt: Date.now(), ...item })));
    this.changed();
  }

  async addWithFile(item, file) {
    const at = new Date().toISOString();
    await this.write(["queue", "files"], async ({ queue, files }) => {
      await done(files.put(file));
      await done(queue.add({ state: "queued", words: "", why: "", tried: false, at, changedAt: Date.now(), ...item }));
    });
    this.changed();
  }

  // What somebody entered on a line, over what stood there before them. Typing on changes an entry that was never tried;
  // one that may have arrived is followed by another that names it as its base.
  async writeEntry(pk, line, values, { base, settles = [] } = {}) {
    await this.write(["visits", "queue"], async ({ visits, queue }) => {
      const items = (await done(queue.index("visit").getAll(pk))).filter((item) => item.kind === "entry" && item.body.line === line);
      for (const item of items) if (item.state === "refused") await done(queue.delete(item.seq));
      const last = items.filter((item) => item.state === "queued").at(-1);
      const device_at = new Date().toISOString();
      if (last && !last.tried) {
        const body = { ...last.body, values, device_at, base: base ?? last.body.base, settles: [...new Set([...last.body.settles, ...settles])] };
        await done(queue.put({ ...last, body, changedAt: Date.now() }));
        return;
      }
      const { data } = await done(visits.get(pk));
      const id = newId();
      const standing = data.entries[line]?.id ?? null;
      const body = { id, line, values, device_at, settles, base: base ?? last?.id ?? standing };
      await done(queue.add({ id, visit: pk, kind: "entry", body, state: "queued", words: "", why: "", tried: false, at: device_at, changedAt: Date.now() }));
    });
    this.changed();
  }

  // From now on these may have arrived. Returns them as they are sent.
  async begin(seqs) {
    return this.write(["queue"], async ({ queue }) => {
      const items = [];
      for (const seq of seqs) {
        const item = await done(queue.get(seq));
        if (!item) continue;
        await done(queue.put({ ...item, tried: true }));
        items.push(item);
      }
      return items;
    });
  }

  // What the server answered: the items it has, those it refused, and the visit's data as they are now. All or nothing.
  async finish(pk, { sent = [], refused = [], files = [], change = null }) {
    await this.write(["visits", "queue", "files"], async (stores) => {
      for (const seq of sent) await done(stores.queue.delete(seq));
      for (const id of files) await done(stores.files.delete(id));
      for (const { seq, words, why } of refused) {
        const item = await done(stores.queue.get(seq));
        if (item) await done(stores.queue.put({ ...item, state: "refused", words, why: why ?? "" }));
      }
      const kept = change && (await done(stores.visits.get(pk)));
      if (!kept?.data) return;
      change(kept.data);
      await done(stores.visits.put({ ...kept, head: kept.data.visit }));
    });
    this.changed();
  }

  async retry(seq) {
    await this.write(["queue"], async ({ queue }) => {
      const item = await done(queue.get(seq));
      if (item) await done(queue.put({ ...item, state: "queued", words: "", why: "" }));
    });
    this.changed();
  }

  async drop(seq) {
    await this.write(["queue", "files"], async ({ queue, files }) => {
      const item = await done(queue.get(seq));
      await done(queue.delete(seq));
      if (item?.kind === "evidence") await done(files.delete(item.id));
    });
    this.changed();
  }
}
