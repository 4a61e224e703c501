// The verifier away from the page, so that the page stays alive: documents in, steps and outcome out.
//
// In:  {documents: [bytes …]}. A proof and its manifest may come together or one after the other.
// Out: {ready: true} once, when all modules are loaded; {begin: {title, facts, steps: [{key, title}]}}, {step: {key, words, digest?}} …, {end: {step?, fault?}};
//      or {refused: fault} for what is no such document, or {wanting: words} while something is still needed.

import { Fault } from "./faults.js";
import { parse } from "./json.js";
import { LOG_STEPS, stepOfLog, verifyLog } from "./log.js";
import { PROOF_STEPS, stepOfProof, verifyProof } from "./proof.js";
import { STEPS, isManifest, stepOf, verifyTranscript } from "./transcript.js";

const kept = { proof: null, manifest: null, commitment: undefined };

self.addEventListener("message", ({ data }) => {
  try {
    const values = data.documents.map((bytes) => parse(new Uint8Array(bytes)));
    const whole = values.find((value) => kindOf(value) === "transcript" || kindOf(value) === "log");
    if (whole) verifyWhole(whole);
    else verifyPair(values);
  } catch (fault) {
    self.postMessage({ refused: described(fault) });
  }
});

function kindOf(value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return "unknown";
  if ("log" in value || "entries" in value) return "log";
  if ("salt" in value && "entry" in value) return "proof";
  if (isManifest(value)) return "manifest";
  if ("manifest" in value && !("institutions" in value || "result" in value)) return "published";
  return "manifest" in value ? "transcript" : "unknown";
}

function verifyWhole(value) {
  if (kindOf(value) === "log") return run("公开日志", {}, LOG_STEPS, stepOfLog, (onStep) => verifyLog(value, onStep));
  return run("抽取全文", factsOf(value.manifest), STEPS, stepOf, (onStep) => verifyTranscript(value, onStep));
}

function verifyPair(values) {
  for (const value of values) keep(value);
  if (!kept.manifest) return self.postMessage({ wanting: "已读入入池证明。请再选择这次抽取的公开清单（manifest.json）。" });
  if (!kept.proof) return self.postMessage({ wanting: "已读入公开清单。请再选择入池证明（proof.json）。" });
  const { proof, manifest, commitment } = kept;
  const verify = (onStep) => verifyProof(proof, manifest, onStep, commitment);
  return run("入池证明", factsOf(manifest), PROOF_STEPS, stepOfProof, verify);
}

function keep(value) {
  const kind = kindOf(value);
  if (kind === "proof") kept.proof = value;
  else if (kind === "manifest") Object.assign(kept, { manifest: value, commitment: undefined });
  else if (kind === "published") Object.assign(kept, { manifest: value.manifest, commitment: value.commitment });
  else throw new Fault([], "抽取全文、入池证明、公开清单或公开日志", "其他内容的文件");
}

function factsOf(manifest) {
  const { draw, title, frozen_at: frozen } = manifest || {};
  const isText = (value) => typeof value === "string";
  return { draw: isText(draw) ? draw : "", title: isText(title) ? title : "", frozen: isText(frozen) ? frozen : "" };
}

function run(title, facts, steps, stepOfFault, verify) {
  self.postMessage({ begin: { title, facts, steps: steps.map((step) => ({ key: step.key, title: step.title })) } });
  try {
    verify((key, found) => self.postMessage({ step: { key, ...found } }));
    self.postMessage({ end: {} });
  } catch (fault) {
    self.postMessage({ end: { step: fault instanceof Fault ? stepOfFault(fault) : steps[0].key, fault: described(fault) } });
  }
}

// What the verifier did not foresee is told like a difference, never hidden.
function described(fault) {
  if (fault instanceof Fault) return fault.describe();
  return { section: "", path: "", expected: "可以核验的文件", found: `核验程序出错：${fault.message}` };
}

self.postMessage({ ready: true });
