"""The verifier in JavaScript, in a real browser on its own page, against the vectors and the verifier in Python."""

import copy
import json
from random import Random
from typing import Any

import pytest
from playwright.sync_api import expect

from campaigns import draw as engine
from campaigns.draw.canonical import canonical, parse
from campaigns.draw.commitment import commit, contribution_commitment
from campaigns.draw.log import make_entry, make_log, verify_log
from campaigns.draw.sheet import read_sheet
from campaigns.draw.sizes import plan_lines
from tests.campaigns.draw.altering import alterations, leaves, with_altered
from tests.campaigns.draw.invented import OPTIONS, make_request, make_sheet, make_staffed_sheet
from tests.campaigns.draw.vectors import NAMES, VECTORS, read_vector
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.journey
STEPS = ["承诺摘要", "秘密值", "机构名录", "人员名录", "随机数", "种子", "抽取结果", "检查组", "替换"]
RUN = """async ([name, given]) => {
    const module = await import(`/static/js/draw/${name}.js`);
    const {parse, canonical} = await import("/static/js/draw/json.js");
    const {planLines} = await import("/static/js/draw/sizes.js");
    return given.map((item) => {
        try { return (BODY) ?? null } catch (fault) { return fault.describe() }
    });
}"""


@pytest.fixture
def faults():
    found: list[str] = []
    yield found
    assert not found, "\n".join(found)


@pytest.fixture
def visitor(context, live_server, faults):
    visitor = Visitor(context.new_page(), live_server.url, faults)
    visitor.go("/verify/")
    return visitor


@pytest.fixture
def run(visitor):
    """`run("transcript", "module.verifyTranscript(parse(item))", texts)`: what this gives for each item, or its fault."""
    return lambda module, body, given: visitor.page.evaluate(RUN.replace("BODY", body), [module, given])


def verify_all(run, transcripts):
    """For each transcript the section at which the browser refuses it, or None."""
    found = run("transcript", "module.verifyTranscript(parse(item))", [text_of(one) for one in transcripts])
    return [fault and fault["section"] for fault in found]


def text_of(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def file_of(value: Any, name: str = "document.json") -> Any:
    text = value if isinstance(value, str) else text_of(value)
    return {"name": name, "mimeType": "application/json", "buffer": text.encode()}


def choose(visitor, *documents):
    visitor.page.set_input_files("input[type=file]", list(documents))


def verified(visitor, outcome="good"):
    """The steps that the page shows when it is done, each as (title, word)."""
    visitor.page.wait_for_selector(f"[data-result][data-done={outcome}]:not([hidden])")
    heads = visitor.page.locator(".verify-head").all_inner_texts()
    return [tuple(head.split()) for head in heads]


def difference(visitor):
    return visitor.page.locator(".verify-fault dd").all_inner_texts()


def test_every_vector_verifies_step_by_step(visitor):
    for name in NAMES:
        choose(visitor, VECTORS / f"{name}.transcript.json")
        expect(visitor.page.locator("[data-facts]")).to_contain_text(read_vector(f"{name}.sheet.json")["draw"])
        assert verified(visitor) == [(title, "一致") for title in STEPS]
    visitor.look()


def test_transcript_altered_on_the_way_is_shown_with_its_first_difference(visitor):
    transcript = read_vector("small.transcript.json")
    member = transcript["result"]["teams"][0]["members"][1]
    true, member["inspector"] = member["inspector"], "X9"

    choose(visitor, file_of(transcript))

    assert verified(visitor, "bad") == [
        *((title, "一致") for title in STEPS[:7]),
        ("检查组", "不一致"),
        ("替换", "未核验"),
    ]
    assert difference(visitor) == ["检查组：result.teams[0].members[1].inspector", true, "X9"]
    visitor.look()


@pytest.mark.parametrize("name", ["small", "seats"])
def test_every_altered_leaf_is_refused_where_python_refuses_it(run, name):
    transcript = read_vector(f"{name}.transcript.json")
    changed = [with_altered(transcript, steps) for steps in alterations(name)]

    assert verify_all(run, changed) == [engine.verify(one).section for one in changed]


def test_random_draws_and_substitutions_of_python_verify(run):
    random = Random(20260301)
    drawn = [one for _ in range(60) if (one := random_transcript(random))]

    assert verify_all(run, drawn) == [None] * len(drawn)
    assert len(drawn) > 30
    assert sum(len(one["substitutions"]) for one in drawn) > 30


def random_transcript(random: Random) -> Any:
    """A draw with up to four substitutions; None for a sheet that no draw can be made of."""
    sheet = make_staffed_sheet(random) if random.random() < 0.5 else make_sheet(random)
    try:
        transcript: Any = engine.run(sheet, **OPTIONS)
    except engine.SheetRefused:
        return None
    for _ in range(random.randint(0, 4)):
        request = make_request(random, transcript["result"]["teams"])
        try:
            transcript = engine.substitute(transcript, request) if request else transcript
        except engine.SubstitutionRefused:  # someone who left already
            continue
    return transcript


def test_sheets_are_refused_at_the_place_of_their_fault(run):
    expected, sheets = [], []
    for change in read_vector("refused.json"):
        sheet = place = read_vector("small.sheet.json")
        for step in change["set"][:-1]:
            place = place[step]
        place[change["set"][-1]] = change["to"]
        sheets.append(text_of(sheet))
        expected.append(change["refused_at"])

    found = run("sheet", "(module.checkSheet(parse(item)), planLines(parse(item)), null)", sheets)

    assert [fault["path"] for fault in found] == expected


def test_every_altered_leaf_of_a_sheet_is_judged_as_in_python(run):
    sheet = read_vector("exactly.sheet.json")
    changed = [with_altered(sheet, steps) for steps in leaves(sheet)]

    found = run(
        "sheet", "(module.checkSheet(parse(item)), planLines(parse(item)), null)", [text_of(one) for one in changed]
    )

    assert [fault and fault["path"] for fault in found] == [refused_at(one) for one in changed]


def refused_at(sheet: Any) -> str | None:
    try:
        plan_lines(read_sheet(sheet))
    except engine.SheetRefused as refusal:
        return refusal.path
    return None


STRANGE = [
    *('{"a":1,"a":2}', '[{"b":{"a":1,"a":1}}]', "1.0", "1e3", "[-0]", "9007199254740991", "9007199254740992", "NaN"),
    *('"\\ud800"', '"\\ud83d\\ude00"', '{"\\ud83d\\ude00":1}', '"e\\u0301"', '"\t"', '"\\x"', "[1,]", "{}}", "", "01"),
    *(
        '{"__proto__":{"a":1},"constructor":"x"}',
        '{"z":"\\u2028\\u007f","a":["\\b\\u001f/"]}',
        "\ufeff{}",
        " [\r\n] ",
        "tru",
    ),
    *(
        "[" * 64 + "]" * 64,
        "[" * 65 + "]" * 65,
        '{"10":1,"9":2,"é":3,"\\ue000":4}',
        "'a'",
        "[1 2]",
        '{"a"}',
        "[null,true]",
    ),
]


def test_json_is_read_as_strictly_as_in_python(run):
    found = run("json", "canonical(parse(item))", STRANGE)

    assert [one if isinstance(one, str) else None for one in found] == [canonical_or_none(text) for text in STRANGE]


def canonical_or_none(text: str) -> str | None:
    try:
        return canonical(parse(text)).decode()
    except engine.Refused:
        return None


def test_commitment_of_a_contribution_is_that_of_python(run):
    given = [["scjg:140200", "骰子 3 5 6"], ["witness:纪检", "\u2028\n值😀"]]

    found = run("commitment", "module.contributionCommitment(...item)", given)

    assert found == [contribution_commitment(*one) for one in given]


def test_proofs_verify_with_their_manifest_together_or_one_by_one(visitor):
    manifest = read_vector("small.transcript.json")["manifest"]
    for proof in read_vector("small.proofs.json"):
        choose(visitor, file_of(manifest), file_of(proof))
        assert verified(visitor) == [("承诺摘要", "一致"), ("名录位置", "一致"), ("名录指纹", "一致")]
    visitor.page.reload()

    choose(visitor, file_of(read_vector("small.proofs.json")[0]))
    visitor.sees("请再选择这次抽取的公开清单")
    choose(visitor, file_of({"manifest": manifest, "commitment": commit(manifest)}))
    verified(visitor)
    visitor.sees(
        "示例004（E004）在冻结的机构名录中，列入“生态环境监测”条目，但不参加抽取，理由：生态环境部门所属监测机构。"
    )

    choose(visitor, file_of({"manifest": manifest, "commitment": "0" * 64}))
    assert verified(visitor, "bad")[0] == ("承诺摘要", "不一致")


def test_altered_proofs_are_refused(run):
    manifest = text_of(read_vector("small.transcript.json")["manifest"])
    changes = {
        "entry": {"entry": {"id": "E004"}},
        "index": {"index": 12},
        "count": {"count": 13},
        "path": {"path": read_vector("small.proofs.json")[0]["path"][:-1]},
        "salt": {"salt": "0"},
        "kind": {"kind": "expert"},
    }
    proofs = [text_of(read_vector("small.proofs.json")[0] | change) for change in changes.values()]

    found = run("proof", f"module.verifyProof(parse(item), parse({manifest!r}))", proofs)

    assert [fault["section"] for fault in found] == list(changes)


def public_log(count: int) -> Any:
    entries: list[Any] = []
    for number in range(count):
        at = f"2026-03-01T09:{number:02}:00+08:00"
        facts = {"commitment": f"{number:064x}", "title": "虚构抽取"}
        entries.append(make_entry(entries[-1] if entries else None, at=at, draw="a-1", event="frozen", facts=facts))
    return make_log(entries)


def test_log_verifies(visitor):
    for count in (0, 5):
        choose(visitor, file_of(public_log(count)))
        assert verified(visitor) == [("日志各条", "一致"), ("链头", "一致")]
    visitor.sees("共 5 条，编号连续")


def test_altered_logs_are_refused_where_python_refuses_them(run):
    log = public_log(4)
    without_one = copy.deepcopy(log)
    del without_one["entries"][1]
    shortened = copy.deepcopy(log)
    del shortened["entries"][3]
    changes = [
        ("entries", 2, "at"),
        ("entries", 1, "facts", "title"),
        ("entries", 0, "number"),
        ("entries", 3, "previous"),
    ]
    changes += [("entries", 2, "draw"), ("entries", 3, "digest"), ("head", "number"), ("head", "digest"), ("log",)]
    logs = [*(with_altered(log, steps) for steps in changes), without_one, shortened]

    found = run("log", "module.verifyLog(parse(item))", [text_of(one) for one in logs])

    assert [fault["path"] for fault in found] == [verify_log(one).path for one in logs]


def test_page_works_without_a_network_and_sends_nothing(visitor):
    visitor.page.wait_for_selector("[data-verify][data-ready]")
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.page.context.set_offline(True)

    choose(visitor, VECTORS / "national.transcript.json")

    assert verified(visitor)[-1] == ("替换", "一致")
    assert asked == []


def test_file_dropped_on_the_page_is_verified(visitor):
    drop = """(text) => {
        const dropped = new DataTransfer();
        dropped.items.add(new File([text], "transcript.json"));
        document.querySelector("main").dispatchEvent(new DragEvent("drop", {dataTransfer: dropped, bubbles: true}));
    }"""

    visitor.page.evaluate(drop, text_of(read_vector("sizes.transcript.json")))

    assert verified(visitor)[-1] == ("替换", "一致")


def test_what_is_no_document_of_ours_is_refused_in_words(visitor):
    choose(visitor, file_of('{"a":1,"a":2}'))
    assert (verified(visitor, "bad"), difference(visitor)) == ([], ["a", "每个键只出现一次", "同一个键出现两次"])

    choose(visitor, file_of("[]"))
    expect(visitor.page.locator(".verify-fault dd").first).to_have_text("整个文件")


def test_public_documents_are_fetched_by_a_button(visitor):
    transcript = text_of(read_vector("small.transcript.json"))
    visitor.page.route(
        f"{visitor.site}/public/draws/small-1/transcript.json", lambda route: route.fulfill(body=transcript)
    )
    visitor.page.route(
        f"{visitor.site}/own/proof", lambda route: route.fulfill(body=text_of(read_vector("small.proofs.json")[0]))
    )
    manifest = text_of(read_vector("small.transcript.json")["manifest"])
    visitor.page.route(f"{visitor.site}/own/manifest", lambda route: route.fulfill(body=manifest))

    visitor.go("/verify/?draw=small-1")
    visitor.press("取公开记录并核验：small-1")
    assert len(verified(visitor)) == len(STEPS)

    visitor.go("/verify/?log")
    visitor.press("取公开日志并核验")
    assert len(verified(visitor)) == 2

    visitor.go("/verify/?proof=/own/proof&manifest=/own/manifest")
    visitor.press("核验这份入池证明")
    assert len(verified(visitor)) == 3


def test_documents_of_other_sites_are_not_fetched(visitor):
    for foreign in ("https://example.org/a", "//example.org/a", "/\\example.org/a", "a"):
        visitor.page.goto(f"{visitor.site}/verify/?proof={foreign}&manifest=/own/manifest")
        expect(visitor.page.locator("[data-fetch]")).to_be_hidden()
