// The officers' certificates in large type, to be held up to the institution.

import { h, note } from "./dom.js";

// What is held up stays as it is until it is opened anew.
export function certificatesView({ data }) {
  const officers = data.team.filter((each) => each.enforces);
  const main = h("div", { class: "os-stack" },
    h("p", { class: "os-show-head" }, `检查通知书 ${data.visit.notice || "—"}`, h("br"), `任务 ${data.visit.task}`),
    officers.map((officer) => h("section", { class: "os-show" },
      h("h2", {}, officer.name, officer.isLeader && h("small", {}, "组长")),
      h("p", {}, officer.workplace),
      officer.certificates.map((each) => h("p", { class: each.isOver ? "os-show-number os-alarm" : "os-show-number" },
        h("span", {}, each.label), h("b", {}, each.number || "没有登记"), h("small", {}, each.isOver ? `已过有效期 ${each.until}` : `有效期至 ${each.until}`))))),
    officers.length === 0 && note("alarm", "检查组里没有登记执法检查人员。"));
  return { title: "出示证件", main, back: "#", update() {} };
}
