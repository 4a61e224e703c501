// The visits of whoever is signed in: where to go, whom to call, how far each is.

import { clock, day, h, isToday, note } from "./dom.js";
import { isAnswered, lineNow, stageOf } from "./record.js";

const GROUPS = [
  ["正在检查", (head) => head.state === "started"],
  ["今天", (head) => head.state === "planned" && isToday(head.start)],
  ["已过计划时间", (head) => head.state === "planned" && new Date(head.start) < new Date() && !isToday(head.start)],
  ["接下来", (head) => head.state === "planned" && new Date(head.start) > new Date() && !isToday(head.start)],
  ["已结束", (head) => head.state === "ended"],
];

export function todayView({ store, root, paper }) {
  const list = h("div");
  async function update(changed) {
    const unknown = changed.isStale || (changed.hasAsked ? "" : "正在下载您的检查安排…");
    const [visits, queue] = [await store.visits(), await store.queue()];
    visits.sort((one, other) => (one.head.start < other.head.start ? -1 : 1));
    list.replaceChildren(...GROUPS.flatMap(([title, belongs]) => {
      const found = visits.filter((visit) => belongs(visit.head));
      return found.length === 0 ? [] : [h("h2", { class: "os-group" }, title), ...found.map((visit) => card(visit, queue, root))];
    }));
    if (visits.length === 0 && unknown) list.replaceChildren(note("plain", unknown));
    else if (visits.length === 0) list.replaceChildren(note("plain", h("b", {}, "没有安排给您的检查"), h("p", {}, "安排好的检查会提前 8 天出现在这里。出发前请在有网络时打开一次，现场没有网络也能用。")));
  }
  const main = h("div", { class: "os-stack" }, list, h("p", { class: "os-foot" }, h("a", { class: "os-plain-link", href: paper }, "补录纸质检查记录")));
  return { title: "现场检查", main, update };
}

function card({ pk, head, data }, queue, root) {
  const own = queue.filter((item) => item.visit === pk);
  const left = own.length;
  const isUnderWay = data && stageOf(data, own) === "started";
  const filled = isUnderWay ? data.lines.filter((line) => isAnswered(lineNow(data, own, line.key))).length : 0;
  const planned = isToday(head.start) ? `${clock(head.start)}—${clock(head.end)}` : `${day(head.start)} ${clock(head.start)}`;
  return h("article", { class: "os-card os-task" },
    h("a", { class: "os-task-name", href: `${root}visits/${pk}/` }, head.institution),
    h("p", { class: "os-task-line" }, h("b", {}, planned), h("span", { class: `os-tag os-tag-${head.state}` }, head.stateLabel), head.kindLabel !== "现场检查" && h("span", { class: "os-tag" }, head.kindLabel)),
    h("p", { class: "os-task-line" }, `任务 ${head.task}`),
    head.address && h("p", { class: "os-task-line" }, head.address),
    isUnderWay && h("div", { class: "os-of" }, h("span", {}, `已填 ${filled} / ${data.lines.length} 行`), h("progress", { max: data.lines.length, value: filled, "aria-label": "已填" })),
    left > 0 && h("p", { class: "os-waiting" }, `本机还有 ${left} 条没有上传`),
    head.problems.length > 0 && h("p", { class: "os-alarm" }, head.problems.join("；")),
    h("p", { class: "os-row" },
      h("a", { class: "os-button", href: mapAddress(head.address || head.institution), target: "_blank", rel: "noreferrer" }, "地图"),
      data?.institution.phone && h("a", { class: "os-button", href: `tel:${data.institution.phone}` }, "电话"),
      h("a", { class: "os-button os-button-main", href: `${root}visits/${pk}/` }, head.state === "planned" ? "打开" : "继续"),
      !data && h("small", {}, "还没有保存到本机")));
}

// By the text of the address: phones offer their map for geo:, others open it in the browser.
export function mapAddress(words) {
  const asked = encodeURIComponent(words);
  return /Android/i.test(navigator.userAgent) ? `geo:0,0?q=${asked}` : `https://uri.amap.com/search?keyword=${asked}`;
}
