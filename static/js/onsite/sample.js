// Reports drawn from the institution's register, and activities such as blind samples, with what they showed.

import { choice, field, fill, h, labelOf, note, when } from "./dom.js";
import { clean, stageOf } from "./record.js";

const FEWEST = 5;

export function sampleView(context) {
  const register = h("textarea", { rows: "6", placeholder: "一行一个报告编号，可从机构的报告登记表复制粘贴" });
  const period = h("input", { type: "text", maxlength: "60", placeholder: "如 2025年1月至6月" });
  const words = h("input", { type: "text", maxlength: "100" });
  const count = h("input", { type: "number", min: "1", value: String(FEWEST), inputmode: "numeric" });
  const counted = h("small");
  const problem = h("div");
  const drawn = h("div", { class: "os-stack" });
  const key = `register.${context.pk}`;
  let shown = "";
  const numbers = () => clean(register.value).split("\n").map((each) => each.trim()).filter(Boolean);
  register.addEventListener("input", () => {
    context.store.keepDraft(key, register.value);
    fill(counted, `共 ${numbers().length} 份`);
  });
  context.store.draft(key).then((kept) => {
    if (kept && !register.value) register.value = kept;
    fill(counted, `共 ${numbers().length} 份`);
  });
  const form = h("form", { class: "os-card os-stack", onsubmit: draw },
    h("p", {}, "先由机构提供期间内的全部报告编号，再由机构说任意一句话。系统另加随机数，用与抽取机构相同的方法算出抽中的报告，双方事后都能核验。抽取需要网络；没有网络时先保存，联网后自动抽取。"),
    field("报告期间", period), h("label", { class: "os-field" }, h("span", { class: "os-label" }, "报告编号清单"), counted, register),
    field("机构提供的任意文字", words, "由机构人员当场说出，录入后不能更改"), field("抽取份数", count, `不少于 ${FEWEST} 份，不足 ${FEWEST} 份的全部抽取`),
    problem, h("button", { class: "os-button os-button-main os-button-wide", type: "submit" }, "抽取报告"));

  async function draw(event) {
    event.preventDefault();
    const found = numbers();
    const wanted = Number(count.value);
    const repeated = found.find((each, at) => found.indexOf(each) !== at);
    const wrong = found.length === 0 ? "请填写报告编号清单。" : repeated ? `报告编号“${repeated}”重复。`
      : !words.value.trim() ? "请由机构提供任意文字。"
        : !(wanted >= Math.min(FEWEST, found.length) && wanted <= found.length) ? `应抽取 ${Math.min(FEWEST, found.length)} 至 ${found.length} 份。` : "";
    fill(problem, wrong && note("alarm", wrong));
    if (wrong) return;
    const { store, sender, pk, queue } = context;
    for (const item of queue) if (item.kind === "sample" && item.state === "refused") await store.drop(item.seq);
    await store.add({ visit: pk, kind: "sample", body: { register: found, count: wanted, words: clean(words.value.trim()), period: clean(period.value.trim()) } });
    sender.nudge(0);
  }

  function update(changed) {
    context = changed;
    const { data, queue } = context;
    const asked = queue.find((item) => item.kind === "sample");
    form.hidden = Boolean(data.sample) || (asked && asked.state === "queued") || stageOf(data, queue) !== "started";
    if (asked?.state === "refused") fill(problem, note("alarm", asked.words));
    const news = JSON.stringify([data.sample, queue.filter((item) => ["sample", "judge"].includes(item.kind)), form.hidden]);
    if (news === shown) return;
    shown = news;
    fill(drawn,
      !data.sample && form.hidden && (asked ? note("waiting", "清单已保存在本机，联网后自动抽取。") : note("plain", "没有抽取报告。检查开始后可以抽取。")),
      data.sample && [
        h("section", { class: "os-card" }, h("p", {}, `从 ${data.sample.size} 份报告中抽取 ${data.sample.chosen.length} 份，${when(data.sample.at)}`),
          h("p", { class: "os-quiet" }, `机构文字：${data.sample.words}`), h("p", { class: "os-quiet os-digest" }, `随机种子 ${data.sample.seed}`)),
        data.sample.chosen.map((number) => judged(number, context)),
      ]);
  }
  update(context);
  return { title: "报告抽样", main: h("div", { class: "os-stack" }, form, drawn), back: "#", update };
}

function judged(number, { data, queue, choices, store, sender, pk }) {
  const pending = queue.filter((item) => item.kind === "judge" && item.body.number === number).at(-1);
  const now = pending?.body ?? data.sample.checked[number];
  const facts = h("textarea", { rows: "2", maxlength: "4000" });
  facts.value = now?.facts ?? "";
  const select = h("select", {}, h("option", { value: "-" }, "请选择"), h("option", { value: "" }, "未发现问题"), choices.severities.map(([value, label]) => h("option", { value }, label)));
  select.value = now ? (now.severity ?? "") : "-";
  const problem = h("div", {}, pending?.state === "refused" && note("alarm", pending.words));
  async function keep() {
    const wrong = select.value === "-" ? "请选择检查情况。" : select.value && !facts.value.trim() ? "有问题的报告须写明情况。" : "";
    fill(problem, wrong && note("alarm", wrong));
    if (wrong) return;
    if (pending?.state === "refused") await store.drop(pending.seq);
    await store.add({ visit: pk, kind: "judge", body: { number, severity: select.value, facts: clean(facts.value) } });
    sender.nudge(0);
  }
  return h("section", { class: "os-card" },
    h("h2", {}, number, " ", now && h("span", { class: "os-mark", "data-tone": now.severity ? "problem" : "good" }, `${labelOf(choices.severities, now.severity) || "未发现问题"}${pending ? "，在本机" : ""}`)),
    field("检查情况", select), field("情况描述", facts), problem,
    h("button", { class: "os-button", type: "button", onclick: keep }, "记录这份报告"));
}

export function activitiesView(context) {
  const list = h("div", { class: "os-stack" });
  const problem = h("div");
  const subject = h("input", { type: "text", maxlength: "80" });
  const words = h("textarea", { rows: "2", maxlength: "2000" });
  const form = h("form", { class: "os-card os-stack", onsubmit: keep },
    choice("kind", "考核方式", context.choices.activityKinds, "", () => {}),
    field("考核对象", subject, "盲样：样品和检测项目；考试：签字人姓名"),
    choice("result", "结果", context.choices.activityResults, "", () => {}),
    field("说明", words, "不合格的须写明情况"), problem,
    h("button", { class: "os-button os-button-main os-button-wide", type: "submit" }, "登记考核活动"));

  async function keep(event) {
    event.preventDefault();
    const given = new FormData(form);
    const body = { kind: given.get("kind"), result: given.get("result"), subject: clean(subject.value.trim()), words: clean(words.value.trim()) };
    const wrong = !body.kind || !body.result ? "请选择考核方式和结果。" : !body.subject ? "请填写考核对象。" : body.result === "failed" && !body.words ? "不合格的须写明情况。" : "";
    fill(problem, wrong && note("alarm", wrong));
    if (wrong) return;
    await context.store.add({ visit: context.pk, kind: "activity", body });
    form.reset();
    context.sender.nudge(0);
  }

  function update(changed) {
    context = changed;
    const { data, queue, choices } = context;
    const pending = queue.filter((item) => item.kind === "activity");
    form.hidden = stageOf(data, queue) === "planned";
    fill(list, data.activities.map((each) => h("section", { class: "os-card" }, h("h2", {}, `${each.kindLabel}：${each.subject}`), h("p", {}, each.resultLabel), each.words && h("p", { class: "os-words" }, each.words))),
      pending.map((item) => h("section", { class: "os-card" }, h("h2", {}, `${labelOf(choices.activityKinds, item.body.kind)}：${item.body.subject}`),
        h("p", {}, labelOf(choices.activityResults, item.body.result)), h("p", { class: item.state === "refused" ? "os-alarm" : "os-waiting" }, item.state === "refused" ? item.words : "在本机，等待上传"))),
      form.hidden && note("plain", "检查开始后可以登记盲样考核、授权签字人考试。"));
  }
  update(context);
  return { title: "考核活动", main: h("div", { class: "os-stack" }, list, form), back: "#", update };
}
