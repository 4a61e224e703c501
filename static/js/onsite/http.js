// One question over the network, and what came of it: { kind, data }.
// kind: ok | refused | gone | somebody-else | signed-out | offline

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

  async once(method, path, body) {
    const isBlob = body instanceof Blob;
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), isBlob ? PATIENCE_FOR_PARTS : PATIENCE);
    const headers = { Accept: "application/json", "X-Kept-By": this.user };
    if (method !== "GET") Object.assign(headers, { "X-CSRFToken": this.token, "Content-Type": isBlob ? "application/octet-stream" : "application/json" });
    try {
      const answer = await fetch(this.root + path, {
        method, headers, redirect: "manual", cache: "no-store", signal: patience.signal,
        body: body === undefined || isBlob ? body : JSON.stringify(body),
      });
      if (answer.type === "opaqueredirect") return { kind: "signed-out", data: {} };
      if (answer.status === 403) return { kind: "forbidden", data: {} };
      if (!(answer.status in KINDS)) return { kind: "offline", data: { words: "服务器暂时没有响应" } };
      const isJson = answer.headers.get("Content-Type")?.includes("json");
      return { kind: KINDS[answer.status], data: isJson ? await answer.json() : {} };
    } catch {
      return { kind: "offline", data: {} };
    } finally {
      clearTimeout(timer);
    }
  }
}
