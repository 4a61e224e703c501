// Elements, and how times are worded.

const WEEKDAYS = "日一二三四五六";

// h("p", { class: "quiet", onclick }, "words", child, [more], null)
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return element;
}

export function fill(element, ...children) {
  element.replaceChildren(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return element;
}

const two = (number) => String(number).padStart(2, "0");
// China's clock, whatever the device is set to: eight hours ahead all year; read with getUTC….
const CHINA_AHEAD = 8 * 60 * 60 * 1000;
const inChina = (moment) => new Date(new Date(moment).getTime() + CHINA_AHEAD);
const dateOf = (moment) => inChina(moment).toISOString().slice(0, 10);

export function clock(moment) {
  if (!moment) return "";
  const at = inChina(moment);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
}

export function day(moment) {
  const at = inChina(moment);
  return `${at.getUTCMonth() + 1}月${at.getUTCDate()}日（周${WEEKDAYS[at.getUTCDay()]}）`;
}

export const when = (moment) => (moment ? `${day(moment)} ${clock(moment)}` : "—");

export const isToday = (moment) => dateOf(moment) === dateOf(Date.now());

// A line's title within a sentence.
export const named = (title) => title.replace(/[。；]$/, "");

export function labelOf(pairs, value) {
  return pairs?.find(([each]) => each === value)?.[1] ?? "";
}

// Large answers to choose from, none of them chosen beforehand.
export function choice(name, legend, pairs, value, onchange, more = {}) {
  return h("fieldset", { class: `os-choice ${more.class ?? ""}` },
    h("legend", {}, legend),
    h("div", { class: "os-options" }, pairs.map(([each, label]) => h("label", { class: "os-option", "data-value": each },
      h("input", { type: "radio", name, value: each, checked: each === value, disabled: more.disabled ?? false, onchange }),
      h("span", {}, label)))));
}

export function field(label, control, hint = "") {
  return h("label", { class: "os-field" }, h("span", { class: "os-label" }, label), hint && h("small", {}, hint), control);
}

export function facts(rows) {
  return h("dl", { class: "os-facts" }, rows.filter(([, value]) => value).map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value))));
}

export function note(tone, ...words) {
  return h("div", { class: `os-note os-note-${tone}`, role: tone === "alarm" ? "alert" : null }, words);
}
