// How a visit ends: what is still missing, the outcome, what the institution says.

import { choice, field, fill, h, named, note } from "./dom.js";
import { signaturesNow, WITNESS } from "./sign.js";
import { digestOf, clean, isAnswered, lineNow, recordOf, rivalsOf, stageOf } from "./record.js";

const INSPECTED = "inspected";
const MOST_NAMED = 5;

export function endView(context) {
  const key = (name) => `end.${context.pk}.${name}`;
  const text = (name) => {
    const box = h("textarea", { rows: "3", maxlength: "4000", oninput: () => context.store.keepDraft(key(name), box.value) });
    context.store.draft(key(name)).then((kept) => { if (kept && !box.value) box.value = kept; });
    return box;
  };
  const [words, opinion, changes] = [text("words"), text("opinion"), text("changes")];
  const gaps = h("div");
  const refusal = h("div");
  const after = h("div");
  const wordsField = field("情况说明", words, "没有实施检查的须写明，并附现场照片或文件");
  const opinionField = field("被检查机构的意见", opinion, "可以不填");
  const changesField = field("签字后记录变动的说明", changes, "签字之后记录有变动、又不重新签字的，写明原因");
  const form = h("form", { class: "os-card os-stack", onsubmit: end },
    choice("outcome", "到场情况", context.choices.outcomes, "", () => update(context)),
    wordsField, opinionField, changesField, gaps, refusal,
    h("button", { class: "os-button os-button-main os-button-wide", type: "submit" }, "结束检查"));
  const outcome = () => new FormData(form).get("outcome") ?? "";

  async function end(event) {
    event.preventDefault();
    const { store, sender, pk } = context;
    const { data, queue } = await store.whole(pk);
    const missing = await missingFor(outcome(), data, queue, { words: words.value, changes: changes.value });
    fill(gaps, missingNote(missing));
    if (missing.length > 0) return;
    for (const item of queue) if (item.kind === "end") await store.drop(item.seq);
    await store.add({ visit: pk, kind: "end", body: { outcome: outcome(), words: clean(words.value), opinion: clean(opinion.value), changes: clean(changes.value) } });
    sender.nudge(0);
  }

  async function update(changed) {
    context = changed;
    const { data, queue } = context;
    const refused = queue.find((item) => item.kind === "end" && item.state === "refused");
    const stage = stageOf(data, queue);
    form.hidden = stage !== "started";
    fill(refusal, refused && note("alarm", h("b", {}, "没有结束："), refused.words));
    wordsField.hidden = outcome() === INSPECTED || outcome() === "";
    opinionField.hidden = outcome() === "";
    changesField.hidden = !refused && (await haveAllSigned(outcome(), data, queue, false)) === (await haveAllSigned(outcome(), data, queue, true));
    fill(after, stage === "planned" && note("plain", "检查还没有开始。"),
      stage === "ended" && note("good", data.visit.outcome ? `检查已结束：${data.visit.outcomeLabel}` : "检查已在本机结束，联网后自动上传。请不要清除浏览器数据。"));
    fill(gaps, outcome() && missingNote(await missingFor(outcome(), data, queue, { words: words.value, changes: changes.value })));
  }
  update(context);
  return { title: "结束检查", main: h("div", { class: "os-stack" }, after, form), back: "#", update };
}

// What is not about a line comes first: it is left when all lines are filled.
function missingNote(missing) {
  const lines = missing.filter(({ isLine }) => isLine);
  const rows = [...missing.filter(({ isLine }) => !isLine), ...lines.slice(0, MOST_NAMED)];
  return missing.length > 0 && note("waiting", h("b", {}, "还不能结束："),
    h("ul", { class: "os-missing" }, rows.map(({ words, href }) => h("li", {}, href ? h("a", { href }, words) : words)),
      lines.length > MOST_NAMED && h("li", {}, h("a", { href: "#" }, `检查表共有 ${lines.length} 行没有完成`))));
}

// As the server asks for it (visits/attending.py), as far as this device knows.
async function missingFor(outcome, data, queue, { words, changes }) {
  if (!outcome) return [{ words: "请选择到场情况。" }];
  const missing = [];
  if (outcome === INSPECTED) {
    for (const line of data.lines) {
      const href = `#line=${encodeURIComponent(line.key)}`;
      if (rivalsOf(data, queue, line.key).length > 0) missing.push({ words: `${named(line.title)}：两人录入不一致`, href, isLine: true });
      else if (!isAnswered(lineNow(data, queue, line.key))) missing.push({ words: `${named(line.title)}：还没有填写${line.isOwn ? "" : `（${line.departmentName}）`}`, href, isLine: true });
    }
  } else {
    if (!words.trim()) missing.push({ words: "请写明情况。" });
    if (data.evidence.length === 0 && !queue.some((item) => item.kind === "evidence")) missing.push({ words: "请拍现场照片或选择文件作为证明。", href: "#" });
  }
  if (!(await haveAllSigned(outcome, data, queue, changes.trim() !== ""))) missing.push({ words: outcome === INSPECTED ? "须有两名执法检查人员、被检查机构对现在的记录签字；拒绝签字的由见证人签字。" : "须有两名执法检查人员签字。", href: "#signatures" });
  return missing;
}

async function haveAllSigned(outcome, data, queue, alsoBefore) {
  const digest = await digestOf(recordOf(data, queue));
  const signatures = (await signaturesNow(data, queue)).filter((each) => !each.refused && (alsoBefore || each.digest === digest));
  const officers = new Set(signatures.filter((each) => each.signer === "officer").map((each) => each.name));
  if (officers.size < 2) return false;
  if (outcome !== INSPECTED) return true;
  const institution = signatures.filter((each) => each.signer === "institution");
  return institution.length > 0 && (!institution.some((each) => each.hasRefused) || signatures.some((each) => each.signer === WITNESS));
}
