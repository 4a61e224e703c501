// A visit as a whole: what is done and what is left, and what of it is still on this device.

import { clock, day, facts, fill, h, named, note, when } from "./dom.js";
import { filePicker, keepFiles, showFiles } from "./photos.js";
import { isAnswered, lineNow, rivalsOf, stageOf } from "./record.js";
import { mapAddress } from "./today.js";

const KINDS = { item: "自查项目", matter: "抽查事项", block: "资质认定检查" };
const QUEUED = {
  start: "开始检查", entry: "检查表录入", evidence: "照片或文件", sample: "报告抽样", judge: "报告检查情况", activity: "考核活动", signature: "签字", end: "结束检查",
};

export function sheetView(context) {
  const place = h("div", { class: "os-stack" });
  const files = h("ul", { class: "os-files" });
  const problem = h("div");
  const bar = h("a", { class: "os-bar-button os-bar-main", href: "#start" }, "");
  function update(changed) {
    context = changed;
    const { data, queue } = context;
    const stage = stageOf(data, queue);
    const rows = data.lines.map((line) => ({ line, now: lineNow(data, queue, line.key), rivals: rivalsOf(data, queue, line.key) }));
    const done = rows.filter(({ now }) => isAnswered(now)).length;
    const next = rows.find(({ line, now, rivals }) => line.isOwn && (!isAnswered(now) || rivals.length > 0));
    const isAboutOpen = place.querySelector(".os-about")?.open ?? stage === "planned";
    fill(place, aboutPart(data, stage, isAboutOpen), links(data, stage), progressPart(done, rows.length), rivalsPart(rows), ...groups(rows), evidencePart(stage));
    showFiles(files, context, "");
    const [words, href] = goOn(stage, next);
    bar.textContent = words;
    bar.setAttribute("href", href);
  }
  const evidencePart = (stage) => h("section", { class: "os-card" }, h("h2", {}, "其他照片和文件"), files,
    stage === "started" && h("p", { class: "os-row" },
      filePicker("拍照", { camera: true, onfiles: take }), filePicker("选择文件", { onfiles: take })), problem);
  async function take(given) {
    const refused = await keepFiles(context, given, "");
    fill(problem, refused.length > 0 && note("alarm", refused.join("")));
  }
  update(context);
  return { title: context.data.visit.institution, main: place, bar: [bar], update };
}

function goOn(stage, next) {
  if (stage === "planned") return ["开始检查", "#start"];
  if (stage === "ended" || stage === "cancelled") return ["本机内容", "#kept"];
  return next ? ["继续填写", `#line=${encodeURIComponent(next.line.key)}`] : ["签字", "#signatures"];
}

function aboutPart(data, stage, isOpen) {
  const { visit, institution } = data;
  return h("section", { class: "os-card" },
    stage === "ended" && note("good", visit.outcome ? `检查已结束：${visit.outcomeLabel}` : "检查已结束，等待上传。"),
    stage === "cancelled" && note("alarm", "这次检查已经取消。"),
    h("details", { class: "os-about", open: isOpen },
      h("summary", {}, `${visit.kindLabel}　${day(visit.start)} ${clock(visit.start)}`),
      facts([
        ["地址", institution.address && h("a", { href: mapAddress(institution.address), target: "_blank", rel: "noreferrer" }, institution.address)],
        ["联系人", institution.contact && h("span", {}, institution.contact, " ", institution.phone && h("a", { href: `tel:${institution.phone}` }, institution.phone))],
        ["法定代表人", [institution.legalRepresentative, institution.legalPhone].filter(Boolean).join(" ")],
        ["统一社会信用代码", institution.code],
        ["任务", visit.task], ["活动", visit.campaign], ["通知书", visit.notice && `${visit.notice}，${visit.toldAt ? `${when(visit.toldAt)} 送达` : "还没有登记送达"}`],
        ["检查组", data.team.map((each) => `${each.name}（${each.isLeader ? "组长，" : ""}${each.kindLabel}）`).join("、")],
      ]),
      institution.certificates.map((each) => h("section", { class: "os-certificate" },
        h("h3", {}, `资质认定证书 ${each.number}`),
        facts([["有效期至", h("span", { class: each.isOver ? "os-alarm" : null }, each.until ? `${each.until}${each.isOver ? "（已过期）" : ""}` : "没有登记")], ["领域", each.domains.join("、")], ["场所", each.sites.join("；")], ["授权签字人", each.signatories.join("、")]])))));
}

function links(data, stage) {
  return h("nav", { class: "os-links", "aria-label": "检查步骤" },
    h("a", { href: "#certificates" }, "出示证件"),
    stage === "planned" && h("a", { href: "#start" }, "开始检查"),
    h("a", { href: "#sample" }, "报告抽样", data.sample && h("small", {}, `已抽 ${data.sample.chosen.length} 份`)),
    h("a", { href: "#activities" }, "考核活动", data.activities.length > 0 && h("small", {}, `${data.activities.length} 项`)),
    h("a", { href: "#signatures" }, "签字", data.signatures.length > 0 && h("small", {}, `${data.signatures.length} 人`)),
    h("a", { href: "#end" }, "结束检查"));
}

function progressPart(done, all) {
  return h("div", { class: "os-of" }, h("span", {}, `已填 ${done} / ${all} 行`), h("progress", { max: all, value: done, "aria-label": "已填" }));
}

function rivalsPart(rows) {
  const disputed = rows.filter(({ rivals }) => rivals.length > 0);
  return disputed.length > 0 && note("waiting", h("b", {}, "有内容不一致，请核对："), disputed.map(({ line }) => h("a", { class: "os-block-link", href: address(line) }, line.title)));
}

const address = (line) => `#line=${encodeURIComponent(line.key)}`;

function groups(rows) {
  return Object.entries(KINDS).map(([kind, title]) => {
    const found = rows.filter(({ line }) => line.kind === kind);
    return found.length > 0 && h("section", { class: "os-card os-list" }, h("h2", {}, title), h("ol", {}, found.map(row)));
  });
}

function row({ line, now, rivals }) {
  const [tone, words] = rivals.length > 0 ? ["alarm", "不一致"] : isAnswered(now) ? [now.answer === "problem" ? "problem" : "good", now.isPending ? "在本机" : "已记录"] : now.answer ? ["todo", "须写明情况"] : ["todo", "未填写"];
  return h("li", {}, h("a", { href: address(line) },
    h("span", { class: "os-list-title" }, line.title, !line.isOwn && h("small", {}, line.departmentName)),
    h("span", { class: "os-mark", "data-tone": tone }, tone === "problem" ? `发现问题，${words}` : words)));
}

// Everything that this device still has to send, of all visits.
export function keptView(context) {
  const place = h("div", { class: "os-stack" });
  async function update(changed) {
    context = changed;
    const { store, sender } = context;
    const [queue, visits] = [await store.queue(), await store.visits()];
    const names = new Map(visits.map((visit) => [visit.pk, visit.head.institution]));
    fill(place,
      h("h2", { class: "os-group" }, "本机还没有上传的内容"),
      queue.length === 0 && note("good", "都已上传，本机没有剩下的内容。"),
      queue.length > 0 && h("p", { class: "os-row" }, h("button", { class: "os-button os-button-main", type: "button", onclick: () => sender.flush({ isForced: true }) }, "现在上传"), context.signIn()),
      queue.map((item) => queued(item, names, context)),
      h("p", { class: "os-quiet" }, "没有上传的内容只在这台设备上。上传之前不要清除浏览器数据，也不要卸载应用。"));
  }
  update(context);
  return { title: "本机内容", main: place, back: context.pk ? "#" : context.root, update };
}

function queued(item, names, { store, sender, data }) {
  const line = named(data?.lines.find((each) => each.key === item.body.line)?.title ?? "");
  const isRefused = item.state === "refused";
  return h("article", { class: "os-card" },
    h("p", {}, h("b", {}, QUEUED[item.kind]), h("small", {}, ` ${when(item.at)}`)),
    h("p", {}, [names.get(item.visit), line || item.body.line, item.body.name ?? item.body.subject].filter(Boolean).join("，")),
    item.body.values?.facts && h("p", { class: "os-words" }, item.body.values.facts),
    h("p", { class: isRefused ? "os-alarm" : "os-waiting" }, isRefused ? `没有接收：${item.words}` : "等待上传"),
    isRefused && h("p", { class: "os-row" },
      h("button", { class: "os-button", type: "button", onclick: async () => { await store.retry(item.seq); sender.nudge(0); } }, "重试"),
      h("button", { class: "os-button", type: "button", onclick: () => { if (confirm("从本机删除这一条？删除后不能恢复。")) store.drop(item.seq); } }, "删除")));
}
