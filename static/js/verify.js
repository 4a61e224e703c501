// The page /verify/: hands documents to the worker that computes, and writes down what it finds. Nothing is sent.
// The worker and all its modules are loaded with the page, so that it works without a network afterwards.

const page = document.querySelector("[data-verify]");
const part = (name, within = page) => within.querySelector(`[data-${name}]`);
const worker = new Worker(page.dataset.worker, { type: "module" });
const WORDS = { waiting: "等待", running: "正在计算", good: "一致", bad: "不一致", left: "未核验" };
let begun = 0;

worker.addEventListener("message", ({ data }) => {
  if (data.ready) page.dataset.ready = ""; // all of it is here: from now on the network may go
  if (data.begin) begin(data.begin);
  if (data.step) showStep(data.step);
  if (data.end) end(data.end);
  if (data.wanting) say(data.wanting);
  if (data.refused) refuse(data.refused);
});
worker.addEventListener("error", () => say("核验程序没有运行起来。请刷新本页，或者换用近几年的浏览器。"));

function begin({ title, facts, steps }) {
  clear();
  part("title").textContent = title;
  const named = { 抽取编号: facts.draw, 名称: facts.title, 冻结时间: facts.frozen && facts.frozen.replace("T", " ") };
  for (const [label, value] of Object.entries(named)) if (value) part("facts").append(fact(label, value));
  for (const step of steps) part("steps").append(stepRow(step));
  part("result").hidden = false;
  markNext();
}

function clear() {
  say("");
  delete part("result").dataset.done;
  for (const name of ["facts", "outcome", "steps", "made"]) part(name).replaceChildren();
}

function fact(label, value) {
  const row = document.createElement("div");
  row.className = "fact";
  row.append(Object.assign(document.createElement("dt"), { textContent: label }));
  row.append(Object.assign(document.createElement("dd"), { textContent: value }));
  return row;
}

function copyOf(template) {
  return part(template).content.firstElementChild.cloneNode(true);
}

function stepRow({ key, title }) {
  const row = copyOf("step");
  row.dataset.key = key;
  part("name", row).textContent = title;
  mark(row, "waiting");
  return row;
}

function mark(row, state) {
  row.dataset.state = state;
  part("word", row).textContent = WORDS[state];
}

const rows = (state) => [...part("steps").children].filter((row) => row.dataset.state === state);

function markNext() {
  const [next] = rows("waiting");
  if (next) mark(next, "running");
}

function showStep({ key, words, digest }) {
  const row = [...part("steps").children].find((item) => item.dataset.key === key);
  mark(row, "good");
  part("words", row).textContent = words;
  if (digest) part("words", row).after(inGroups(digest));
  markNext();
}

function inGroups(digest) {
  const shown = copyOf("digest");
  const code = shown.firstElementChild;
  code.dataset.copy = digest;
  code.replaceChildren();
  for (const group of digest.match(/.{4}/g)) {
    code.append(Object.assign(document.createElement("span"), { textContent: group }), " ");
  }
  return shown;
}

function end({ step, fault }) {
  if (fault) fail(step, fault);
  else {
    const outcome = copyOf("good");
    part("words", outcome).textContent = `${part("title").textContent}的每一步都重新算过，全部一致。`;
    part("outcome").replaceChildren(outcome);
  }
  const seconds = Math.max(0.1, (performance.now() - begun) / 1000).toFixed(1);
  part("made").textContent = `核验于 ${new Date().toLocaleString("zh-CN")}，用时 ${seconds} 秒，在本机浏览器中完成。`;
  part("result").dataset.done = fault ? "bad" : "good";
}

function fail(step, fault) {
  for (const row of [...part("steps").children]) {
    if (row.dataset.key === step) mark(row, "bad");
    else if (row.dataset.state !== "good") mark(row, "left");
  }
  const at = rows("bad").map((row) => part("name", row).textContent);
  part("outcome").replaceChildren(difference(fault, at[0]));
}

function difference({ path, expected, found }, title) {
  const outcome = copyOf("bad");
  part("path", outcome).textContent = [title, path || "整个文件"].filter(Boolean).join("：");
  part("expected", outcome).textContent = expected;
  part("found", outcome).textContent = found;
  return outcome;
}

// No document of ours at all: there are no steps to show.
function refuse(fault) {
  clear();
  part("title").textContent = "无法核验这个文件";
  part("outcome").append(difference(fault));
  part("result").hidden = false;
  part("result").dataset.done = "bad";
}

function say(words) {
  part("status").textContent = words;
}

async function verify(blobs) {
  if (!blobs.length) return;
  part("result").hidden = true;
  delete part("result").dataset.done;
  say("正在读取文件…");
  begun = performance.now();
  try {
    const documents = await Promise.all([...blobs].map((blob) => blob.arrayBuffer()));
    worker.postMessage({ documents }, documents);
  } catch {
    say("读不了这个文件，请重新选择。");
  }
}

part("print").addEventListener("click", () => window.print());
const files = page.querySelector("input[type=file]");
files.addEventListener("change", async () => {
  await verify(files.files);
  files.value = ""; // so that the same file can be chosen again
});

// Files may be dropped anywhere on the page.
const over = (is) => part("drop").classList.toggle("is-over", is);
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  over(true);
});
document.addEventListener("dragleave", (event) => !event.relatedTarget && over(false));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  over(false);
  verify(event.dataTransfer.files);
});

// ?draw=CODE, ?log, or ?proof=PATH&manifest=PATH: a button that fetches the public documents of this site, of no other.
function offer(words, paths) {
  part("fetch").hidden = false;
  part("fetch").querySelector("span").textContent = words;
  part("fetch").querySelector("button").addEventListener("click", () => fetchAll(paths));
}

async function fetchAll(paths) {
  say("正在取公开的文件…");
  try {
    const answers = await Promise.all(paths.map((path) => fetch(path)));
    if (answers.every((answer) => answer.ok)) await verify(await Promise.all(answers.map((answer) => answer.blob())));
    else say("公开记录里没有这份文件：可能还没有公开，或者地址不对。");
  } catch {
    say("取不到公开的文件，请检查网络。已经下载的文件可以直接选择。");
  }
}

const isOwnPath = (path) => path.startsWith("/") && new URL(path, location.origin).origin === location.origin;
const asked = new URLSearchParams(location.search);
const [draw, proof, manifest] = ["draw", "proof", "manifest"].map((name) => asked.get(name) || "");
if (/^[A-Za-z0-9:_-]{1,64}$/.test(draw)) {
  offer(`取公开记录并核验：${draw}`, [page.dataset.transcripts.replace("CODE", encodeURIComponent(draw))]);
} else if (asked.has("log")) {
  offer("取公开日志并核验", [page.dataset.log]);
} else if (isOwnPath(proof) && isOwnPath(manifest)) {
  offer("核验这份入池证明", [proof, manifest]);
}
