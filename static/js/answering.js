// One question over the network, and what came of it: { kind, data }.
// kinds: what each expected status means to the asker; besides these: signed-out | forbidden | offline

export async function ask(url, options, { kinds, patience }) {
  const out = new AbortController();
  const timer = setTimeout(() => out.abort(), patience);
  try {
    const answer = await fetch(url, { ...options, redirect: "manual", signal: out.signal });
    if (answer.type === "opaqueredirect") return { kind: "signed-out", data: {} };
    if (answer.status === 403) return { kind: "forbidden", data: {} };
    if (!(answer.status in kinds)) return { kind: "offline", data: { words: "服务器暂时没有响应" } };
    const isJson = answer.headers.get("Content-Type")?.includes("json");
    return { kind: kinds[answer.status], data: isJson ? await answer.json() : {} };
  } catch {
    return { kind: "offline", data: {} };
  } finally {
    clearTimeout(timer);
  }
}
