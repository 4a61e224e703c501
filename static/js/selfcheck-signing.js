// The signature pad of the signing page. Without it the page still offers to print, sign and upload.

import SignaturePad from "../vendor/signature_pad.js";

const THICKEST_FOR_WIDE = 3.2;

for (const form of document.querySelectorAll("form[data-signing]")) start(form);

function start(form) {
  const box = form.querySelector("[data-pad]");
  const canvas = box.querySelector("canvas");
  const drawing = form.elements.drawing;
  box.hidden = false;
  form.querySelector("[data-pad-none]").hidden = true;
  form.querySelector("[data-pad-hint]").hidden = false;
  const pad = new SignaturePad(canvas, { penColor: "#000000", minWidth: 0.9, maxWidth: THICKEST_FOR_WIDE });
  fit(pad, canvas);
  restore(pad, canvas, drawing.value);
  keepSize(pad, canvas);
  pad.addEventListener("endStroke", () => showError(form, false));
  box.querySelector("[data-pad-clear]").addEventListener("click", () => pad.clear());
  box.querySelector("[data-pad-undo]").addEventListener("click", () => pad.fromData(pad.toData().slice(0, -1)));
  form.addEventListener("submit", (event) => fillIn(event, form, pad, drawing, canvas));
}

// As many points as the screen has: a phone's signature is as sharp as its glass.
function fit(pad, canvas) {
  const ratio = Math.min(Math.max(window.devicePixelRatio || 1, 1), 3);
  canvas.width = Math.round(canvas.offsetWidth * ratio);
  canvas.height = Math.round(canvas.offsetHeight * ratio);
  canvas.getContext("2d").scale(ratio, ratio);
  pad.clear();
}

// Turning a phone changes the pad's width: what was written is drawn again, scaled to fit.
function keepSize(pad, canvas) {
  let width = canvas.offsetWidth;
  let height = canvas.offsetHeight;
  new ResizeObserver(() => {
    if (!canvas.offsetWidth || (canvas.offsetWidth === width && canvas.offsetHeight === height)) return;
    const scale = width ? Math.min(canvas.offsetWidth / width, canvas.offsetHeight / height) : 1;
    const strokes = pad.toData().map((stroke) => ({ ...stroke, points: stroke.points.map((point) => scaled(point, scale)) }));
    [width, height] = [canvas.offsetWidth, canvas.offsetHeight];
    fit(pad, canvas);
    pad.fromData(strokes);
  }).observe(canvas);
}

function scaled(point, scale) {
  return { ...point, x: point.x * scale, y: point.y * scale };
}

// After an error in another field the page comes back with the drawing in it.
function restore(pad, canvas, dataUrl) {
  if (!dataUrl.startsWith("data:image/png;base64,")) return;
  pad.fromDataURL(dataUrl, { width: canvas.offsetWidth, height: canvas.offsetHeight, ratio: 1 });
}

function fillIn(event, form, pad, drawing, canvas) {
  if (pad.isEmpty()) {
    event.preventDefault();
    event.stopPropagation();
    showError(form, true);
    canvas.scrollIntoView({ block: "center" });
    return;
  }
  drawing.value = canvas.toDataURL("image/png");
}

function showError(form, isShown) {
  form.querySelector("[data-pad-error]").hidden = !isShown;
}
