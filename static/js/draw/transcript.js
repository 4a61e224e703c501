// Section 7: everything in a transcript computed anew and compared, step by step, until the first difference.
//
// Where two sections contradict each other (a manifest and its commitment, say), a third that depends on one of them
// tells which of the two was altered, so that the difference is named where it is. The `reason` of a substitution is
// written for people; no digest covers it.

import * as check from "./checks.js";
import { contributionCommitment } from "./commitment.js";
import { Fault, expectSame, refuse } from "./faults.js";
import { bytesOfHex, digest, hexOf, isDigest, textDigest } from "./hashing.js";
import { canonical } from "./json.js";
import { drawLines, describeLines } from "./selection.js";
import { HEAD, checkHead, checkInspectors, checkInstitutions, isPublic } from "./sheet.js";
import { planLines } from "./sizes.js";
import { Course } from "./substitutions.js";
import { rootOf } from "./tree.js";

const SECTIONS = [
  ...["manifest", "commitment", "secret", "contributions", "contribution_commitments"],
  ...["seed", "institutions", "inspectors", "result", "substitutions"],
];
export const MANIFEST = [...HEAD, "frozen_at", "secret_hash", "institutions", "inspectors"];
const KINDS = { institutions: "institution", inspectors: "inspector" };

// The steps in their order, each with the function that carries it out: (work) → what was found, in words.
export const STEPS = [
  { key: "commitment", title: "承诺摘要", run: verifyCommitment },
  { key: "secret", title: "秘密值", run: verifySecret },
  { key: "institutions", title: "机构名录", run: verifyInstitutions },
  { key: "inspectors", title: "人员名录", run: verifyInspectors },
  { key: "contributions", title: "随机数", run: verifyContributions },
  { key: "seed", title: "种子", run: verifySeed },
  { key: "lines", title: "抽取结果", run: verifyLines },
  { key: "teams", title: "检查组", run: verifyTeams },
  { key: "substitutions", title: "替换", run: verifySubstitutions },
];

// Verifies a transcript that `parse` has read. onStep(key, words) after each step. Throws a Fault at the first difference.
export function verifyTranscript(transcript, onStep = () => {}) {
  const work = { transcript, manifest: transcript && transcript.manifest };
  for (const { key, run } of STEPS) onStep(key, run(work));
}

// At which step a fault shows.
export function stepOf(fault) {
  const [section, part] = fault.path;
  if (section === "result") return part === "teams" ? "teams" : "lines";
  if (section === "contribution_commitments") return "contributions";
  return STEPS.some(({ key }) => key === section) ? section : "commitment";
}

function verifyCommitment({ transcript, manifest }) {
  checkShape(transcript);
  check.hex64(transcript.secret, ["secret"]);
  const computed = commitmentOf(manifest);
  if (computed !== transcript.commitment) explainCommitment(transcript, computed);
  checkHead(manifest, ["manifest"]);
  return { words: "冻结清单（条目、规则和两份名录的指纹）重新算出的摘要与文件中的承诺一致。请再与抽取之前公布的承诺逐组对照。", digest: computed };
}

export const commitmentOf = (manifest) => textDigest(canonical(manifest));

function checkShape(transcript) {
  check.object(transcript, SECTIONS, [], []);
  checkManifestShape(transcript.manifest, ["manifest"]);
  for (const key of ["contributions", "contribution_commitments"]) check.anyObject(transcript[key], [key]);
  for (const key of ["institutions", "inspectors", "substitutions"]) check.list(transcript[key], [key]);
}

export function checkManifestShape(manifest, path) {
  check.object(manifest, MANIFEST, [], path);
  for (const key of Object.keys(KINDS)) check.object(manifest[key], ["count", "root"], [], [...path, key]);
}

// Manifest and commitment disagree: the one that the seed was made from is the true one.
function explainCommitment(transcript, computed) {
  const { manifest, commitment } = transcript;
  if (seedOf(transcript) !== transcript.seed) refuse(["commitment"], computed, commitment);
  const secretHash = hexOf(digest(bytesOfHex(transcript.secret)));
  if (manifest.secret_hash !== secretHash) refuse(["manifest", "secret_hash"], secretHash, manifest.secret_hash);
  check.time(manifest.frozen_at, ["manifest", "frozen_at"]);
  checkHead(manifest, ["manifest"]);
  explainTrees(transcript);
  refuse(["manifest"], `摘要为 ${commitment} 的清单`, computed);
}

// In a manifest known to be altered: whether it is a count or a root, provided the entries are sound.
function explainTrees(transcript) {
  for (const key of Object.keys(KINDS)) {
    const computed = treeOf(transcript, key);
    if (computed) expectSame(computed, transcript.manifest[key], ["manifest", key]);
  }
}

function treeOf(transcript, key) {
  try {
    checkEntries(transcript, key);
  } catch (fault) {
    if (fault instanceof Fault) return null;
    throw fault;
  }
  return { count: transcript[key].length, root: hexOf(rootOf(transcript[key], KINDS[key], transcript.secret)) };
}

function checkEntries(transcript, key) {
  if (key === "institutions") checkInstitutions(transcript.institutions, transcript.manifest.lines);
  else checkInspectors(transcript.inspectors);
}

const seedOf = ({ commitment, contributions, secret }) => textDigest(canonical({ commitment, contributions, secret }));

function verifySecret({ transcript, manifest }) {
  const computed = hexOf(digest(bytesOfHex(transcript.secret)));
  if (computed !== manifest.secret_hash) refuse(["secret"], `摘要为 ${manifest.secret_hash} 的秘密值`, computed);
  return { words: "监管部门保管的秘密值，摘要与冻结时公布的一致，抽取前后没有更换。" };
}

function verifyInstitutions({ transcript, manifest }) {
  verifyEntries(transcript, manifest, "institutions");
  const excluded = transcript.institutions.filter((entry) => "excluded" in entry).length;
  const among = excluded ? `（其中 ${excluded} 家写明理由被排除）` : "";
  return { words: `名录共 ${transcript.institutions.length} 家机构${among}，与冻结时的指纹一致：没有增加、删除或改动一家。` };
}

function verifyInspectors({ transcript, manifest }) {
  verifyEntries(transcript, manifest, "inspectors");
  check.time(manifest.frozen_at, ["manifest", "frozen_at"]);
  return { words: `名录共 ${transcript.inspectors.length} 名检查人员，与冻结时的指纹一致。` };
}

// The manifest is the committed one by now, so a root that differs means an entry that differs.
function verifyEntries(transcript, manifest, key) {
  const entries = transcript[key];
  checkEntries(transcript, key);
  const ids = entries.map((entry) => entry.id).sort();
  ids.forEach((id, number) => {
    if (entries[number].id !== id) refuse([key, number, "id"], id, entries[number].id);
  });
  const { count, root } = manifest[key];
  if (entries.length !== count) refuse([key], `冻结时的 ${count} 项`, `${entries.length} 项`);
  const computed = hexOf(rootOf(entries, KINDS[key], transcript.secret));
  if (computed !== root) refuse([key], `指纹为 ${root} 的名录`, computed);
}

// If a value and its commitment disagree, or the values and the seed, the seed and the tickets tell which is true.
function verifyContributions({ transcript, manifest }) {
  const { contributions: values, contribution_commitments: promises } = transcript;
  checkValues(values, manifest.sources);
  const people = manifest.sources.filter((source) => !isPublic(source));
  for (const source of people) verifyPromise(source, transcript);
  for (const source of Object.keys(promises)) {
    if (!people.includes(source)) refuse(["contribution_commitments", source], "只有人员的承诺", promises[source]);
  }
  const open = manifest.sources.filter(isPublic);
  if (open.length && seedOf(transcript) !== transcript.seed && madeTheTickets(transcript)) {
    refuse(["contributions", ...(open.length === 1 ? open : [])], `能合成种子 ${transcript.seed} 的值`, values[open[0]]);
  }
  return { words: wordsOfSources(people, open, values) };
}

function wordsOfSources(people, open, values) {
  const named = (source, name) => `${name}“${values[source]}”`;
  const words = [];
  if (people.length) words.push(`各方给出的值与事先公布的承诺一致：${people.map((source) => named(source, source)).join("、")}`);
  const publics = open.map((source) => named(source, source.slice("public:".length)));
  if (open.length) words.push(`公开值请与发布机构公布的对照：${publics.join("、")}`);
  return `${words.join("；")}。`;
}

function checkValues(values, sources) {
  for (const source of sources) {
    const place = ["contributions", source];
    if (!(source in values)) refuse(place, "这一方给出的值", undefined);
    check.text(values[source], place);
    const length = check.lengthOf(values[source]);
    if (length < 1 || length > 256) refuse(place, "1 至 256 个字符", `${length} 个字符`);
  }
  for (const source of Object.keys(values)) {
    if (!sources.includes(source)) refuse(["contributions", source], "清单中写明的来源", source);
  }
}

function verifyPromise(source, transcript) {
  const promise = transcript.contribution_commitments[source];
  const value = transcript.contributions[source];
  const computed = contributionCommitment(source, value);
  if (promise === computed) return;
  if (promise === undefined || seedOf(transcript) === transcript.seed) refuse(["contribution_commitments", source], computed, promise);
  refuse(["contributions", source], `承诺为 ${promise} 的值`, value);
}

// Whether this seed gave an institution of the result its ticket (of lot 0, as most are).
function madeTheTickets({ seed, result }) {
  const rows = [];
  try {
    for (const line of result.lines) for (const cell of line.cells) rows.push(...cell.drawn);
    return rows.some((row) => textDigest(`${seed}\ninstitution\n${row.id}\n0`) === row.ticket);
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

function verifySeed({ transcript }) {
  const computed = seedOf(transcript);
  if (computed !== transcript.seed) refuse(["seed"], computed, transcript.seed);
  return { words: "承诺摘要、各方的值和秘密值合成的种子与文件一致。谁也不能单独决定它。", digest: computed };
}

function verifyLines(work) {
  const { transcript, manifest } = work;
  const sheet = { ...manifest, institutions: transcript.institutions, inspectors: transcript.inspectors };
  work.sheet = sheet;
  work.lines = drawLines(planFrozen(sheet), transcript.seed);
  check.object(transcript.result, ["lines", "teams"], [], ["result"]);
  expectSame(describeLines(work.lines), transcript.result.lines, ["result", "lines"]);
  const cells = work.lines.flatMap((line) => line.cells);
  const count = (key) => cells.reduce((total, cell) => total + cell[key].length, 0);
  const considered = work.lines.reduce((total, line) => total + line.plan.members.length, 0);
  const words = `由种子重新算出 ${considered} 家机构各自的号码并排序：抽中 ${count("drawn")} 家、备选 ${count("reserve")} 家，与文件逐家一致。`;
  return { words };
}

// A quota that cannot be met is a fault of the frozen rules.
function planFrozen(sheet) {
  try {
    return planLines(sheet);
  } catch (fault) {
    if (fault instanceof Fault) throw new Fault(["manifest", ...fault.path], fault.expected, fault.found);
    throw fault;
  }
}

function verifyTeams(work) {
  work.course = new Course(work.sheet, work.lines, work.transcript.seed);
  const teams = work.course.describeTeams();
  expectSame(teams, work.transcript.result.teams, ["result", "teams"]);
  const members = teams.reduce((total, team) => total + team.members.length, 0);
  const gaps = teams.reduce((total, team) => total + team.unfilled.reduce((sum, row) => sum + row.number, 0), 0);
  const missing = gaps ? `，另有 ${gaps} 个位置无人可派` : "";
  return { words: `重新排出 ${teams.length} 个检查组、${members} 人次${missing}，与文件逐人一致。` };
}

function verifySubstitutions({ transcript, course }) {
  transcript.substitutions.forEach((record, number) => {
    const path = ["substitutions", number];
    expectSame(course.substitute(record, path), record, path);
  });
  const count = transcript.substitutions.length;
  return { words: count ? `${count} 次替换都按规则重新推算，与文件一致。` : "抽取后没有替换。" };
}

// Whether a manifest of this shape can be checked against.
export function isManifest(value) {
  return value !== null && typeof value === "object" && isDigest(value.secret_hash) && "frozen_at" in value;
}
