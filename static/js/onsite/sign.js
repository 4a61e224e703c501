// Signatures on the glass, under the record as it stands on this device.

import SignaturePad from "../../vendor/signature_pad.js";
import { clock, field, fill, h, note } from "./dom.js";
import { clean, digestOf, recordOf, stageOf } from "./record.js";

export const WITNESS = "witness";

export function signaturesView(context) {
  const list = h("div");
  const about = h("div");
  const problem = h("div");
  const officers = context.data.team.filter((each) => each.enforces);
  const who = h("select", {}, h("option", { value: "" }, "请选择"), officers.map((each) => h("option", { value: `officer:${each.name}` }, `${each.name}（执法检查人员）`)),
    h("option", { value: "institution:" }, "被检查机构"), h("option", { value: "refusal:" }, "被检查机构拒绝签字"), h("option", { value: "witness:" }, "见证人"));
  const name = h("input", { type: "text", maxlength: "30", autocomplete: "off" });
  const nameField = field("签字人姓名", name);
  const words = h("textarea", { rows: "2", maxlength: "500" });
  const wordsField = field("拒绝签字的理由或情况", words, "另请见证人签字");
  const canvas = h("canvas", { class: "os-pad", "aria-label": "手写签名", tabindex: "0" });
  const padBox = h("div", { class: "os-pad-box" }, h("span", { class: "os-label" }, "请在框内手写签名"), canvas, h("p", { class: "os-row" },
    h("button", { class: "os-button", type: "button", onclick: () => pad.clear() }, "清除重写")));
  const form = h("form", { class: "os-card os-stack", onsubmit: keep }, field("谁签字", who), nameField, wordsField, padBox, problem,
    h("button", { class: "os-button os-button-main os-button-wide", type: "submit" }, "确认签字"));
  let pad = null;
  who.addEventListener("change", fit);

  function fit() {
    const [signer] = who.value.split(":");
    nameField.hidden = !["institution", "witness"].includes(signer);
    wordsField.hidden = signer !== "refusal";
    padBox.hidden = signer === "" || signer === "refusal";
    if (padBox.hidden || !canvas.offsetWidth) return;
    const ratio = Math.min(Math.max(devicePixelRatio || 1, 1), 3);
    canvas.width = Math.round(canvas.offsetWidth * ratio);
    canvas.height = Math.round(canvas.offsetHeight * ratio);
    canvas.getContext("2d").scale(ratio, ratio);
    pad ??= new SignaturePad(canvas, { penColor: "#000000", minWidth: 0.9, maxWidth: 3.2 });
    pad.clear();
  }

  async function keep(event) {
    event.preventDefault();
    const [signer, fixed] = who.value.split(":");
    const named = clean((fixed || name.value).trim());
    const wrong = !signer ? "请选择谁签字。" : signer === "refusal" ? (words.value.trim() ? "" : "请写明拒绝签字的理由或情况。")
      : !named ? "请填写签字人姓名。" : pad.isEmpty() ? "签名框是空的，请在框内签名。" : "";
    fill(problem, wrong && note("alarm", wrong));
    if (wrong) return;
    const { store, sender, pk } = context;
    const { data, queue } = await store.whole(pk);
    const record = recordOf(data, queue);
    const body = signer === "refusal" ? { signer: "institution", name: "", record, refused: true, words: clean(words.value.trim()) }
      : { signer, name: named, record, drawing: canvas.toDataURL("image/png") };
    await store.add({ visit: pk, kind: "signature", body });
    pad?.clear();
    who.value = "";
    name.value = "";
    fit();
    sender.nudge(0);
  }

  async function update(changed) {
    context = changed;
    const { data, queue } = context;
    const digest = await digestOf(recordOf(data, queue));
    const signatures = await signaturesNow(data, queue);
    form.hidden = stageOf(data, queue) !== "started";
    fill(about, h("section", { class: "os-card" }, h("p", {}, `签的是这台设备上现在的记录：检查表 ${Object.keys(data.entries).length + queue.filter((item) => item.kind === "entry").length} 处录入、照片和文件 ${JSON.parse(recordOf(data, queue)).evidence.length} 份。签字后再有改动，须重新签字或写明变动。`),
      h("details", { class: "os-points" }, h("summary", {}, "记录摘要"), h("p", { class: "os-quiet os-digest" }, digest))));
    fill(list, h("ul", { class: "os-signed" }, signatures.map((each) => h("li", {}, h("b", {}, `${each.words}：${each.name}`), h("small", {}, ` ${clock(each.at)} `),
      h("span", { class: "os-mark", "data-tone": each.digest === digest ? "good" : "alarm" }, each.refused ? each.refused : each.digest === digest ? (each.isPending ? "有效，在本机" : "有效") : "签字后记录有变动")))),
    !form.hidden && leftNote(signatures.filter((each) => !each.refused && each.digest === digest)));
    if (!pad) fit();
  }
  update(context);
  return { title: "签字", main: h("div", { class: "os-stack" }, about, list, form), back: "#", update };
}

// Who still has to sign the record as it stands.
function leftNote(valid) {
  const officers = new Set(valid.filter((each) => each.signer === "officer").map((each) => each.name)).size;
  const [has, hasRefused, isWitnessed] = [valid.some((each) => each.signer === "institution"), valid.some((each) => each.hasRefused), valid.some((each) => each.signer === WITNESS)];
  const left = [officers < 2 && `执法检查人员 ${2 - officers} 名`, !has && "被检查机构（拒绝签字的另请见证人）", hasRefused && !isWitnessed && "见证人"].filter(Boolean);
  return left.length > 0 ? note("waiting", `还须签字：${left.join("、")}。没有实施检查的，机构可以不签。`) : note("good", "需要的签字都已有。", h("a", { class: "os-plain-link", href: "#end" }, "去结束检查"));
}

// Those that the server has and those still on this device.
export async function signaturesNow(data, queue) {
  const labels = { officer: "执法检查人员", institution: "被检查机构", witness: "见证人" };
  const known = data.signatures.map((each) => ({ signer: each.signer, name: each.name, digest: each.digest, hasRefused: each.hasRefused, at: each.at, isPending: false, words: each.hasRefused ? "被检查机构拒绝签字" : each.signerLabel, refused: "" }));
  const mine = await Promise.all(queue.filter((item) => item.kind === "signature").map(async ({ body, state, words, at }) => ({
    signer: body.signer, name: body.name || "被检查机构", digest: await digestOf(body.record), hasRefused: Boolean(body.refused), at, isPending: true,
    words: body.refused ? "被检查机构拒绝签字" : labels[body.signer], refused: state === "refused" ? words : "",
  })));
  return [...known, ...mine];
}
