// Photos and files: their digest is taken on the device, before anything else happens to them.

import { clock, fill, h } from "./dom.js";
import { device } from "./queue.js";
import { digestOf } from "./record.js";
import { newId } from "./store.js";

export const MOST_BYTES = 10 * 1024 * 1024;
export const TAKES = ".jpg,.jpeg,.png,.pdf,.doc,.docx,.xls,.xlsx";
const SMALL = 200;
const LONGEST_SIDE = 4096;

const two = (number) => String(number).padStart(2, "0");

export async function keepFiles({ store, sender, pk }, files, line) {
  const refused = [];
  for (const file of files) {
    const words = await keepFile(store, pk, file, line);
    if (words) refused.push(words);
  }
  sender.nudge(0);
  return refused;
}

// Keeps the file and queues it; returns why not, if it cannot.
async function keepFile(store, pk, given, line) {
  const isPicture = given.type.startsWith("image/");
  const file = given.size > MOST_BYTES && isPicture ? await shrunk(given) : given;
  if (file.size === 0) return `“${given.name}”是空的。`;
  if (file.size > MOST_BYTES) return `“${given.name}”超过 10 MB，请压缩后再选。`;
  const bytes = await file.arrayBuffer();
  const id = newId();
  const taken = new Date();
  const name = isPicture ? pictureName(file, taken) : given.name;
  const body = { id, name, size: file.size, digest: await digestOf(bytes), taken_at: taken.toISOString(), line, words: "", device: device() };
  const kept = { id, visit: pk, line, blob: new Blob([bytes], { type: file.type }), small: isPicture ? await smallPicture(file) : "" };
  try {
    await store.addWithFile({ id, visit: pk, kind: "evidence", body }, kept);
  } catch (error) {
    return `“${name}”没有存下：${error.name === "QuotaExceededError" ? "手机空间不足，请清理后重试" : error.message}。`;
  }
  return "";
}

function pictureName(file, at) {
  const ending = file.type === "image/png" ? "png" : "jpg";
  return `现场照片-${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}-${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}.${ending}`;
}

async function drawn(file, longest) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = h("canvas", { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return canvas;
}

async function shrunk(file) {
  try {
    const canvas = await drawn(file, LONGEST_SIDE);
    const blob = await new Promise((fulfil) => { canvas.toBlob(fulfil, "image/jpeg", 0.88); });
    return blob ? new File([blob], file.name, { type: "image/jpeg" }) : file;
  } catch {
    return file;
  }
}

async function smallPicture(file) {
  try {
    return (await drawn(file, SMALL)).toDataURL("image/jpeg", 0.7);
  } catch {
    return "";
  }
}

// A control that takes files; `camera`: opens the camera on a phone.
export function filePicker(words, { camera = false, className = "os-button", onfiles }) {
  const input = h("input", {
    type: "file", class: "os-hidden-input", accept: camera ? "image/jpeg,image/png" : TAKES, capture: camera ? "environment" : null, multiple: !camera,
    onchange: () => {
      onfiles([...input.files]);
      input.value = "";
    },
  });
  return h("label", { class: className }, input, h("span", {}, words));
}

// The photos and files of one line, or of the whole visit for line "".
export async function showFiles(place, { store, data, queue }, line) {
  const pending = queue.filter((item) => item.kind === "evidence" && item.body.line === line);
  const isPending = new Set(pending.map((item) => item.id));
  const known = data.evidence.filter((each) => each.line === line && !isPending.has(each.id));
  const mine = await Promise.all(pending.map(async (item) => ({ item, file: await store.file(item.id) })));
  fill(place, [
    ...known.map((each) => h("li", {},
      each.url && each.isPicture ? h("img", { src: each.url, alt: each.name, loading: "lazy" }) : h("span", { class: "os-file-kind" }, "文件"),
      h("span", { class: "os-file-words" }, each.url ? h("a", { href: each.url, target: "_blank" }, each.name) : each.name, h("small", {}, each.isWhole ? `${each.by} ${clock(each.at)}` : `${each.by} 还在上传`)))),
    ...mine.map(({ item, file }) => h("li", {},
      file?.small ? h("img", { src: file.small, alt: item.body.name }) : h("span", { class: "os-file-kind" }, "文件"),
      h("span", { class: "os-file-words" }, item.body.name, h("small", { class: item.state === "refused" ? "os-alarm" : "os-waiting" }, item.state === "refused" ? item.words : "在本机，等待上传")))),
  ]);
  place.hidden = place.childElementCount === 0;
}
