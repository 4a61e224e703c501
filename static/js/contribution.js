// One source's randomness, sealed here: the value stays in this browser and on paper, only its digest is sent.
// Before a value is revealed it is compared with the digest that was published.

import qrcode from "../vendor/qrcode.js";
import { contributionCommitment } from "./draw/commitment.js";

const LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const GROUPS = 6;
const LENGTH = 256;
const GUESSABLE = 12;

for (const box of document.querySelectorAll("[data-contribution]")) {
  const what = box.dataset.contribution;
  if (what === "commit") offerSeal(box);
  if (what === "reveal") offerReveal(box);
  if (what === "keep") offerSlip(box);
}

function part(box, name) {
  return box.querySelector(`[data-${name}]`);
}

function digestOf(box, value) {
  return contributionCommitment(box.dataset.source, value);
}

function grouped(digest) {
  return digest.match(/.{4}/g).join(" ");
}

// As the server reads it: NFC, without white space around, 1 to 256 characters, nothing that cannot be seen.
function readable(text) {
  return text.trim().normalize("NFC");
}

function fault(value) {
  const letters = [...value];
  if (letters.length > LENGTH) return `最多 ${LENGTH} 个字符。`;
  if (letters.some((letter) => letter !== " " && /[\p{C}\p{Z}]/u.test(letter))) return "含有看不见的字符或全角空格，请去掉。";
  return "";
}

// 24 letters out of 31 (no 0, 1, I, L, O): 118 bits. Numbers that would favour the first letters are thrown away.
function madeValue() {
  const letters = [];
  while (letters.length < GROUPS * 4) {
    for (const number of crypto.getRandomValues(new Uint8Array(64))) {
      if (number < 256 - (256 % LETTERS.length)) letters.push(LETTERS[number % LETTERS.length]);
    }
  }
  return letters.slice(0, GROUPS * 4).join("").match(/.{4}/g).join("-");
}

function place(box) {
  return `lianchou.contribution.${box.dataset.draw}.${box.dataset.source}`;
}

function keep(box, value) {
  try {
    localStorage.setItem(place(box), value);
  } catch {
    // Some offices forbid storage; the slip remains.
  }
}

// The value kept here, if it is the one whose digest was published.
function kept(box) {
  let value = null;
  try {
    value = localStorage.getItem(place(box));
  } catch {
    return "";
  }
  return value && digestOf(box, value) === box.dataset.commitment ? value : "";
}

function say(place, words, isGood = false) {
  place.textContent = words;
  place.classList.toggle("is-good", isGood);
}

function offerSeal(box) {
  const form = part(box, "seal");
  const field = part(box, "value");
  part(box, "by-hand").open = false;
  form.hidden = false;
  const show = () => showSeal(box, readable(field.value));
  field.addEventListener("input", show);
  part(box, "make").addEventListener("click", () => {
    field.value = madeValue();
    show();
  });
  part(box, "print-slip").addEventListener("click", () => printSlip(box, readable(field.value)));
  form.addEventListener("submit", (event) => {
    const value = readable(field.value);
    if (value && !fault(value)) return keep(box, value);
    stop(event);
    say(part(box, "check"), fault(value) || "请先定一个数。");
    field.focus();
  });
}

function showSeal(box, value) {
  const wrong = fault(value);
  const isSealed = Boolean(value) && !wrong;
  const digest = isSealed ? digestOf(box, value) : "";
  part(box, "envelope").hidden = !isSealed;
  part(box, "digest").textContent = isSealed ? grouped(digest) : "";
  part(box, "digest-field").value = digest;
  part(box, "print-slip").disabled = !isSealed;
  part(box, "kept").checked = false;
  const isShort = isSealed && [...value].length < GUESSABLE;
  say(part(box, "check"), wrong || (isShort ? "太短：别人可以逐个试出来。请填得长一些，或让浏览器产生。" : ""));
}

function offerReveal(box) {
  const form = part(box, "reveal");
  const field = form.querySelector("input[name=value]");
  const check = part(box, "check");
  const show = () => {
    const value = readable(field.value);
    const fits = digestOf(box, value) === box.dataset.commitment;
    if (!value) say(check, "");
    else if (fits) say(check, "与公布的封条一致。", true);
    else say(check, "与公布的封条不一致，请核对承诺单，一字不差地填写。");
    return fits;
  };
  if (!field.value) field.value = kept(box);
  if (field.value) show();
  field.addEventListener("input", show);
  form.addEventListener("submit", (event) => {
    if (show()) return;
    stop(event);
    if (!field.value) say(check, "请填写封存的数值。");
    field.focus();
  });
}

// Neither sent nor taken for sent (app.js puts buttons out of use once a form is submitted).
function stop(event) {
  event.preventDefault();
  event.stopPropagation();
}

function offerSlip(box) {
  const value = kept(box);
  box.hidden = false;
  part(box, value ? "kept-here" : "kept-elsewhere").hidden = false;
  const button = part(box, "print-slip");
  button.hidden = !value;
  button.addEventListener("click", () => printSlip(box, value));
}

function printSlip(box, value) {
  const paper = document.querySelector("template[data-slip]").content.firstElementChild.cloneNode(true);
  const fill = { label: box.dataset.label, source: box.dataset.source, digest: grouped(digestOf(box, value)), value };
  for (const [name, words] of Object.entries(fill)) part(paper, name).textContent = words;
  part(paper, "made").textContent = `制单：${new Date().toLocaleString("zh-CN", { hour12: false })}`;
  part(paper, "code").src = codeOf(value);
  document.body.append(paper);
  document.body.classList.add("prints-slip");
  window.addEventListener("afterprint", () => {
    paper.remove();
    document.body.classList.remove("prints-slip");
  }, { once: true });
  part(paper, "code").decode().then(() => window.print());
}

function codeOf(value) {
  qrcode.stringToBytes = (text) => [...new TextEncoder().encode(text)];
  const code = qrcode(0, "M");
  code.addData(value);
  code.make();
  return code.createDataURL(8, 4);
}
