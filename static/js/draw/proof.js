// Section 2: does an entry belong to the list whose root was published at the freeze?

import * as check from "./checks.js";
import { refuse } from "./faults.js";
import { bytesOfHex, hexOf } from "./hashing.js";
import { checkManifestShape, commitmentOf } from "./transcript.js";
import { climb, leafDigest, sidesOf } from "./tree.js";

const KINDS = { institution: "institutions", inspector: "inspectors" };

export const PROOF_STEPS = [
  { key: "manifest", title: "承诺摘要", run: readManifest },
  { key: "place", title: "名录位置", run: checkPlace },
  { key: "entry", title: "名录指纹", run: climbToRoot },
];

// commitment: the published one, if it came with the manifest.
export function verifyProof(proof, manifest, onStep = () => {}, commitment = undefined) {
  const work = { proof, manifest, commitment };
  for (const { key, run } of PROOF_STEPS) onStep(key, run(work));
}

export function stepOfProof(fault) {
  const [first] = fault.path;
  if (first === "manifest" || first === "commitment") return "manifest";
  return first === "entry" ? "entry" : "place";
}

function readManifest({ manifest, commitment }) {
  checkManifestShape(manifest, ["manifest"]);
  for (const key of Object.values(KINDS)) {
    check.integer(manifest[key].count, ["manifest", key, "count"], 0);
    check.hex64(manifest[key].root, ["manifest", key, "root"]);
  }
  const computed = commitmentOf(manifest);
  if (commitment !== undefined && commitment !== computed) refuse(["commitment"], computed, commitment);
  return { words: "这是由公开清单算出的承诺摘要，请与公开记录上的承诺逐组对照。", digest: computed };
}

function checkPlace({ proof, manifest }) {
  check.object(proof, ["kind", "index", "count", "salt", "entry", "path"], [], []);
  check.oneOf(proof.kind, Object.keys(KINDS), ["kind"]);
  check.integer(proof.index, ["index"], 0);
  check.integer(proof.count, ["count"], 1);
  check.hex64(proof.salt, ["salt"]);
  check.anyObject(proof.entry, ["entry"]);
  check.list(proof.path, ["path"]);
  proof.path.forEach((sibling, number) => check.hex64(sibling, ["path", number]));
  const { count } = manifest[KINDS[proof.kind]];
  if (proof.count !== count) refuse(["count"], `清单中的 ${count}`, proof.count);
  if (proof.index >= count) refuse(["index"], `小于 ${count} 的序号`, proof.index);
  const levels = sidesOf(proof.index, count).length;
  if (proof.path.length !== levels) refuse(["path"], `${levels} 项`, `${proof.path.length} 项`);
  return { words: `清单公布的名录共 ${count} 项，这是其中第 ${proof.index + 1} 项。` };
}

function climbToRoot({ proof, manifest }) {
  const sides = sidesOf(proof.index, proof.count);
  const leaf = leafDigest(bytesOfHex(proof.salt), proof.entry);
  const computed = hexOf(climb(leaf, proof.path.map(bytesOfHex), sides));
  const { root } = manifest[KINDS[proof.kind]];
  if (computed !== root) refuse(["entry"], `属于指纹为 ${root} 的名录`, computed);
  return { words: wordsOf(proof, manifest) };
}

function wordsOf({ kind, entry }, manifest) {
  if (kind === "inspector") return `人员 ${entry.id} 在冻结的人员名录中，内容一字未改。`;
  const line = (manifest.lines || []).find(({ code }) => code === entry.line);
  const where = line ? `“${line.title}”` : entry.line;
  const name = typeof entry.name === "string" ? `${entry.name}（${entry.id}）` : entry.id;
  const state = "excluded" in entry ? `列入${where}条目，但不参加抽取，理由：${entry.excluded}` : `列入${where}条目，参加抽取`;
  return `${name}在冻结的机构名录中，${state}。内容一字未改。`;
}
