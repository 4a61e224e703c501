// One question over the network, and what came of it: { kind, data }.
// kind: ok | refused | gone | somebody-else | signed-out | offline

import { ask } from "../answering.js";

const KINDS = { 200: "ok", 401: "somebody-else", 404: "gone", 413: "refused", 422: "refused" };
const PATIENCE = 20_000;
const PATIENCE_FOR_PARTS = 90_000;

export class Http {
  constructor(user, root) {
    this.user = user;
    this.root = root;
    this.token = "";
  }

  get(path) {
    return this.once("GET", path);
  }

  // `body`: a value sent as JSON, or a Blob sent as it is.
  async send(method, path, body) {
    if (!this.token) {
      const kind = await this.renew();
      if (kind !== "ok") return { kind, data: {} };
    }
    const first = await this.once(method, path, body);
    if (first.kind !== "forbidden") return first;
    const kind = await this.renew();
    if (kind !== "ok") return { kind, data: {} };
    const second = await this.once(method, path, body);
    return second.kind === "forbidden" ? { kind: "refused", data: { words: "您现在不能录入这次检查。" } } : second;
  }

  // After a new sign-in the old token is no longer good; a fresh one is only taken for the same account.
  async renew() {
    const { kind, data } = await this.once("GET", "pulse.json");
    if (kind !== "ok") return kind === "gone" || kind === "forbidden" ? "signed-out" : kind;
    if (String(data.user) !== this.user) return "somebody-else";
    this.token = data.token;
    return "ok";
  }

  once(method, path, body) {
    const isBlob = body instanceof Blob;
    const headers = { Accept: "application/json", "X-Kept-By": this.user };
    if (method !== "GET") Object.assign(headers, { "X-CSRFToken": this.token, "Content-Type": isBlob ? "application/octet-stream" : "application/json" });
    const options = { method, headers, cache: "no-store", body: body === undefined || isBlob ? body : JSON.stringify(body) };
    return ask(this.root + path, options, { kinds: KINDS, patience: isBlob ? PATIENCE_FOR_PARTS : PATIENCE });
  }
}
