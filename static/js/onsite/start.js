// Starting a visit: the device's time, its place if the officer allows, the reason where the notice window is broken.

import { clock, fill, h, note, when } from "./dom.js";
import { stageOf } from "./record.js";

const PATIENCE = 10_000;

export function startView(context) {
  const refusal = h("div");
  const window = h("div");
  const reason = h("textarea", { rows: "2", maxlength: "500" });
  const reasonField = h("label", { class: "os-field", hidden: true }, h("span", { class: "os-label" }, "仍要检查的理由"), reason);
  const place = h("input", { type: "checkbox" });
  const button = h("button", { class: "os-button os-button-main os-button-wide", type: "button", onclick: () => begin() }, "现在开始检查");
  const form = h("section", { class: "os-card" },
    h("p", {}, "检查人员不少于两人。向机构出示执法证件和检查通知书后，按下面的按钮。设备时间和服务器时间都会记下。"),
    window, reasonField,
    "geolocation" in navigator && h("label", { class: "os-tick" }, place, h("span", {}, "记录所在位置")),
    refusal, button);
  const after = h("div");

  async function begin() {
    button.disabled = true;
    const { store, sender, pk, queue } = context;
    const where = place.checked ? await position() : {};
    for (const item of queue) if (item.kind === "start") await store.drop(item.seq);
    await store.add({ visit: pk, kind: "start", body: { device_at: new Date().toISOString(), reason: reason.value.trim(), ...where } });
    sender.nudge(0);
    if (navigator.onLine) await sender.flush({ isForced: true });
    button.disabled = false;
    if (!(await store.queue(pk)).some((item) => item.kind === "start" && item.state === "refused")) location.hash = "";
  }

  function update(changed) {
    context = changed;
    const { visit } = context.data;
    const refused = context.queue.find((item) => item.kind === "start" && item.state === "refused");
    const stage = stageOf(context.data, context.queue);
    const problem = windowProblem(visit);
    form.hidden = stage !== "planned";
    fill(window,
      !visit.toldAt && note("alarm", "还没有登记检查通知书的送达，不能开始检查（《行政处罚法》第四十四条）。请先由组织检查的单位登记送达。"),
      visit.toldAt && h("p", { class: "os-quiet" }, `通知书 ${when(visit.toldAt)} 送达；${visit.windowLabel}`),
      problem && note("waiting", `${problem}。仍要开始检查的，请写明理由。`),
      visit.problems.length > 0 && note("alarm", visit.problems.join("；")));
    reasonField.hidden = !problem && refused?.why !== "window";
    fill(refusal, refused && note("alarm", h("b", {}, "没有开始："), refused.words));
    fill(after, stage !== "planned" && note("good", visit.startedAt ? `检查已于 ${clock(visit.deviceStartedAt || visit.startedAt)} 开始。` : "检查已开始，等待上传。", h("a", { href: "#" }, "到检查表")));
  }

  const main = h("div", { class: "os-stack" }, h("h2", { class: "os-group" }, "开始检查"), form, after);
  update(context);
  return { title: context.data.visit.institution, main, back: "#", update };
}

// As the server judges it (visits/scheduling.py window_problem), by this device's clock.
function windowProblem(visit) {
  if (!visit.toldAt) return "";
  const hours = (Date.now() - new Date(visit.toldAt)) / 3_600_000;
  if (visit.window === "within_24h" && hours > 24) return `本次活动要求${visit.windowLabel}，实际提前 ${hours.toFixed(0)} 小时告知`;
  if (visit.window === "at_least_24h" && hours < 24) return `本次活动要求${visit.windowLabel}，实际只提前 ${Math.max(hours, 0).toFixed(0)} 小时告知`;
  return "";
}

function position() {
  return new Promise((fulfil) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => fulfil({ latitude: coords.latitude, longitude: coords.longitude }),
      () => fulfil({}),
      { timeout: PATIENCE, maximumAge: 60_000, enableHighAccuracy: true },
    );
  });
}
