// One line of the check sheet as one card: what is asked, what the institution said, what was found.

import { choice, clock, fill, h, labelOf, note } from "./dom.js";
import { filePicker, keepFiles, showFiles } from "./photos.js";
import { clean, isAnswered, lineNow, NEEDS_WORDS, rivalsOf, stageOf } from "./record.js";

const SAID_TONES = { yes: "alarm", no: "good", na: "plain" };

export function lineView(context, key) {
  const { data, choices } = context;
  const lines = data.lines;
  const at = lines.findIndex((line) => line.key === key);
  const line = lines[at];
  if (!line) return { title: "检查表", main: note("alarm", "检查表没有这一行。") };
  const next = lines.slice(at + 1).find((each) => each.isOwn) ?? null;
  const card = new Card(context, line, choices);
  const main = h("div", { class: "os-stack" },
    h("div", { class: "os-of" }, h("span", {}, `第 ${at + 1} / ${lines.length} 行`), card.mark, h("progress", { max: lines.length, value: at + 1, "aria-label": "进度" })),
    card.element);
  const bar = [
    line.isOwn && filePicker("拍照", { camera: true, className: "os-bar-button", onfiles: (files) => card.take(files) }),
    line.isOwn && h("button", { class: "os-bar-button", type: "button", onclick: () => card.write() }, "记录"),
    h("a", { class: "os-bar-button os-bar-main", href: next ? `#line=${encodeURIComponent(next.key)}` : "#" }, next ? "下一项" : "回到检查表"),
  ];
  return { title: data.visit.institution, main, bar, back: "#", update: (changed) => card.update(changed), leave: () => card.save() };
}

class Card {
  constructor(context, line, choices) {
    Object.assign(this, { context, line, choices, merging: null });
    const now = lineNow(context.data, context.queue, line.key);
    this.stage = stageOf(context.data, context.queue);
    this.isOpen = line.isOwn && this.stage === "started";
    this.mark = h("span", { class: "os-mark" });
    this.rivals = h("div");
    this.problem = h("div");
    this.refusal = h("div");
    this.files = h("ul", { class: "os-files" });
    this.editor = this.isOpen ? this.makeEditor(now) : h("div", { class: "os-found" });
    this.element = h("article", { class: "os-card" },
      h("p", { class: "os-row os-row-small" }, h("span", { class: "os-tag" }, line.departmentName), !line.isOwn && h("span", { class: "os-tag" }, "由该部门检查")),
      h("h2", { class: "os-line-title" }, line.title),
      line.text && h("p", { class: "os-line-text" }, line.text),
      line.points.length > 0 && h("details", { class: "os-points" }, h("summary", {}, `检查要点（${line.points.length} 条）`), line.points.map((point) => h("p", {}, point))),
      line.said && this.said(line.said),
      this.stage === "planned" && note("waiting", "还没有开始检查。", h("a", { href: "#start" }, "开始检查")),
      this.rivals, this.editor, this.refusal, this.problem, this.files,
      this.isOpen && h("p", { class: "os-row" }, filePicker("选择照片或文件", { onfiles: (files) => this.take(files) })));
    this.update(context);
  }

  said(said) {
    return h("section", { class: "os-said" },
      h("h3", {}, "机构自查"),
      h("p", {}, h("span", { class: `os-tag os-tone-${SAID_TONES[said.choice] ?? "plain"}` }, `是否发现问题：${said.label}`), said.words && ` ${said.words}`),
      said.problem && h("p", {}, h("b", {}, said.problem)),
      said.files.map((file) => h("p", {}, file.url ? h("a", { href: file.url, target: "_blank" }, file.name) : file.name)));
  }

  makeEditor(now) {
    const changed = () => this.save();
    this.facts = h("textarea", { rows: "3", maxlength: "4000", oninput: () => this.saveSoon(), onblur: changed });
    this.facts.value = now.facts;
    this.hint = h("small");
    const isItem = this.line.kind === "item";
    this.form = h("form", { class: "os-editor", onsubmit: (event) => event.preventDefault() },
      choice("answer", "检查情况", this.choices.answers, now.answer, changed, { class: "os-choice-large" }),
      h("label", { class: "os-field" }, h("span", { class: "os-label" }, "情况描述"), this.hint, this.facts),
      isItem && choice("agreement", "与自查核对", this.choices.agreements, now.agreement, changed));
    return this.form;
  }

  read() {
    const given = new FormData(this.form);
    return { answer: given.get("answer") ?? "", facts: clean(this.facts.value), agreement: given.get("agreement") ?? "" };
  }

  show(values) {
    for (const input of this.form.querySelectorAll("input[type=radio]")) input.checked = values[input.name] === input.value;
    if (document.activeElement !== this.facts && this.facts.value !== values.facts) this.facts.value = values.facts;
  }

  saveSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), 300);
  }

  async save() {
    clearTimeout(this.timer);
    if (!this.isOpen || this.editor.hidden) return;
    const values = this.read();
    const { store, pk, sender } = this.context;
    const now = lineNow(this.context.data, this.context.queue, this.line.key);
    const isSame = ["answer", "facts", "agreement"].every((name) => values[name] === now[name]);
    if (this.merging ? values.answer === "" : isSame) return;
    const { merging } = this;
    this.merging = null;
    await store.writeEntry(pk, this.line.key, values, merging ?? {});
    sender.nudge();
  }

  async take(files) {
    const refused = this.isOpen ? await keepFiles(this.context, files, this.line.key) : ["还没有开始检查，或检查已结束，不能添加照片。"];
    fill(this.problem, refused.length > 0 && note("alarm", refused.join("")));
  }

  write() {
    this.facts?.scrollIntoView({ block: "center" });
    this.facts?.focus();
  }

  update(context) {
    this.context = context;
    const now = lineNow(context.data, context.queue, this.line.key);
    const rivals = this.merging ? [] : rivalsOf(context.data, context.queue, this.line.key);
    const isDisputed = rivals.length > 0;
    fill(this.mark, isDisputed ? "不一致" : markWords(now));
    this.mark.dataset.tone = isDisputed ? "alarm" : isAnswered(now) ? "good" : "todo";
    this.editor.hidden = isDisputed && this.isOpen;
    fill(this.rivals, rivals.map((rival) => this.rivalPanel(now, rival, rivals)));
    if (this.isOpen && !this.merging) this.show(now);
    if (this.isOpen) fill(this.hint, NEEDS_WORDS.includes(now.answer) ? "“发现问题”“未检查”须写明情况或原因" : "可以不填");
    else fill(this.editor, this.shown(now));
    fill(this.refusal, now.refused && note("alarm", now.refused));
    showFiles(this.files, context, this.line.key);
  }

  shown(now) {
    if (!now.answer && !now.facts) return h("p", { class: "os-quiet" }, "还没有记录");
    return [h("p", {}, h("b", {}, labelOf(this.choices.answers, now.answer) || "没有选择"), now.by && h("small", {}, ` ${now.by} ${clock(now.at)}`)), now.facts && h("p", { class: "os-words" }, now.facts),
      now.agreement && h("p", {}, labelOf(this.choices.agreements, now.agreement))];
  }

  rivalPanel(now, rival, rivals) {
    const standing = this.context.data.entries[this.line.key];
    const settle = { base: standing?.id ?? null, settles: rivals.map((each) => each.id) };
    const column = (title, entry) => h("div", {}, h("h4", {}, title),
      h("p", {}, h("b", {}, labelOf(this.choices.answers, entry?.answer ?? "") || "没有选择")), h("p", { class: "os-words" }, entry?.facts || "（没有写情况）"));
    return h("section", { class: "os-rival", role: "alert" },
      h("h3", {}, "两人录入的内容不一致，请核对"),
      h("div", { class: "os-rival-columns" },
        column(`${standing?.isMine ? "我" : (standing?.by ?? "")}录入的（现在的记录）`, standing),
        column(`${rival.isMine ? "我" : rival.by}录入的（没有采用）`, rival)),
      this.isOpen && h("div", { class: "os-row" },
        h("button", { class: "os-button", type: "button", onclick: () => this.decide(standing, settle) }, "采用现在的记录"),
        h("button", { class: "os-button", type: "button", onclick: () => this.decide(rival, settle) }, rival.isMine ? "采用我录入的" : `采用${rival.by}录入的`),
        h("button", { class: "os-button", type: "button", onclick: () => this.merge(standing, rival, settle) }, "合并后修改")));
  }

  async decide(entry, settle) {
    const { store, pk, sender } = this.context;
    const values = { answer: entry?.answer ?? "", facts: entry?.facts ?? "", agreement: entry?.agreement ?? "" };
    await store.writeEntry(pk, this.line.key, values, settle);
    sender.nudge(0);
  }

  // Both texts, one after the other; the answer is chosen anew where they differ.
  merge(standing, rival, settle) {
    const same = (name) => (standing?.[name] === rival[name] ? rival[name] : "");
    const texts = [standing?.facts, rival.facts].filter(Boolean);
    this.merging = settle;
    this.update(this.context);
    this.show({ answer: same("answer"), agreement: same("agreement"), facts: [...new Set(texts)].join("\n") });
    this.write();
  }
}

export function markWords(now) {
  if (!isAnswered(now)) return now.answer ? "须写明情况" : "未填写";
  return now.isPending ? "已填写，在本机" : "已记录";
}
