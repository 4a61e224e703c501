"""A verification in plain Chinese: the steps that held, and the first difference. The one place with such words."""

from typing import Final

from campaigns.draw.differences import Difference
from campaigns.draw.errors import Phrase

SECTIONS: Final = {
    "manifest": "冻结清单",
    "commitment": "承诺摘要",
    "secret": "秘密值",
    "contributions": "随机数",
    "contribution_commitments": "随机数的承诺摘要",
    "seed": "抽取种子",
    "institutions": "检查对象名录",
    "inspectors": "检查人员名录",
    "result": "抽取结果",
    "substitutions": "替换记录",
    "log": "公开日志",
    "entries": "日志条目",
    "head": "日志末条",
}

EVENTS: Final = {
    "frozen": "冻结",
    "committed": "承诺随机数",
    "public_value": "录入公开数值",
    "revealed": "揭示随机数",
    "refused": "拒绝揭示",
    "drawn": "抽取",
    "substituted": "替换",
    "voided": "作废",
    "disclosed": "公开全文",
}

STEPS: Final = {
    "shape": "读取抽取记录：十个部分齐全。抽取编号 {draw}，“{title}”，{frozen_at} 冻结。",
    "commitment": "冻结清单：重新计算摘要（SHA-256），得 {digest}，与承诺摘要一致。",
    "secret": "秘密值：重新计算摘要，得 {digest}，与冻结清单中事先公布的一致。",
    "frozen_institutions": "检查对象名录：{count} 家（其中 {excluded} 家注明原因不参加抽取），逐家计算摘要并汇总，得根摘要 {root}，"
    "与冻结清单一致；冻结之后没有增删改。",
    "frozen_inspectors": "检查人员名录：{count} 人，逐人计算摘要并汇总，得根摘要 {root}，与冻结清单一致；冻结之后没有增删改。",
    "contribution": "随机数来源“{source}”：揭示的值是“{value}”，其摘要 {digest} 与记录中的承诺一致。",
    "public_value": "公开数值“{source}”：使用的值是“{value}”。是否与公开渠道发布的一致，请自行核对。",
    "seed": "抽取种子：由承诺摘要、全部随机数和秘密值重新算出 {seed}，与记录一致。",
    "line": "计划条目“{title}”：{population} 家中重新抽取 {drawn} 家，另有候补 {reserve} 家，缺额 {shortfall} 家；名单和次序与记录一致。",
    "teams": "检查组：重新选派 {count} 个组、{members} 人次，空缺 {unfilled} 人；与记录一致。",
    "substituted_institution": "第 {number} 次替换：检查对象 {out} 因“{reason}”退出，按规则由 {in} 递补；与记录一致。",
    "substituted_inspector": "第 {number} 次替换：检查人员 {out} 因“{reason}”退出 {institution} 的检查组，按规则重新选派，"
    "涉及 {changed} 个组，空缺 {unfilled} 人；与记录一致。",
    "substituted_withdrawal": "第 {number} 次替换：检查人员 {out} 因“{reason}”全部退出，按规则重新选派，"
    "涉及 {changed} 个组，空缺 {unfilled} 人；与记录一致。",
    "published": "承诺摘要 {digest} 和各来源的承诺，应当早已公布。请与公开日志、通知书上的比较：相同，则名录和随机数在公布之后没有更换。",
    "transcript_digest": "本记录的摘要是 {digest}。请与公开日志最近一次公布的比较：相同，则替换的原因没有改动，替换也没有缺少。",
    "log": "读取公开日志：共 {count} 条。",
    "entry": "第 {number} 条：{at}，{draw}，{event}，{facts}；承接上一条，重新计算摘要，得 {digest}，一致。",
    "head": "末条：日志自称止于第 {number} 条、摘要 {digest}，与实际一致。",
    "printed": "纸面印有的第 {number} 条、摘要 {digest}：日志中正是这一条。",
    "proof_entry": "名录第 {index} 条（共 {count} 条），内容是 {entry}。",
    "proof_path": "由内容和盐值算出 {leaf}，沿证明中的 {levels} 个摘要逐级汇总，得根摘要 {root}，与冻结清单一致。",
    "manifest_digest": "这份冻结清单的摘要是 {digest}。请与公示的承诺摘要比较：相同，它才是当初公布的那一份。",
}

TO_COMPARE: Final = frozenset({"public_value", "published", "transcript_digest", "manifest_digest"})
"""Steps that only a person can finish, with what was published elsewhere."""

PHRASES: Final = {
    "nothing": "没有",
    "object": "有 {count} 个键的对象",
    "list": "有 {count} 项的列表",
    "items": "{count} 项",
    "allowed": "协议允许的内容",
    "refused": "不合协议的内容（{problem}）",
    "manifest_of": "摘要为 {digest} 的清单",
    "secret_of": "摘要为 {digest} 的秘密值",
    "frozen_count": "冻结时的 {count} 条",
    "frozen_root": "冻结时根摘要为 {root} 的名录",
    "value_of": "摘要为 {digest} 的值",
    "values_of": "能得出种子 {seed} 的值",
    "printed": "纸面印有的第 {number} 条、摘要 {digest}",
    "not_a_proof": "证明应当有且只有 {keys} 这几项",
    "other_kind": "kind：应为 institution 或 inspector",
    "no_root": "冻结清单中没有 {list} 的条数和根摘要",
    "other_count": "count：与冻结清单公布的条数不同",
    "index_too_high": "index：超出了条数",
    "not_digests": "salt 和 path：应为 64 位小写十六进制摘要",
    "refused_at": "{path}：{problem}",
    "wrong_path": "由证明算不出冻结清单公布的根摘要",
    "missing": "缺少这一项",
    "unknown_key": "协议中没有这个键",
    "repeated_key": "同一对象中出现两次",
    "not_object": "不是对象",
    "not_list": "不是列表",
    "not_text": "不是文字",
    "not_integer": "不是整数",
    "not_json": "不是 JSON：{reason}",
    "not_json_value": "含有协议不用的数据类型 {type}",
    "number_too_large": "整数超出 ±(2^53 - 1)",
    "not_nfc": "文字不是 Unicode NFC 形式",
    "not_unicode": "含有不成字符的半个代理对",
    "astral_key": "键中有 U+FFFF 以上的字符",
    "too_deep": "嵌套超过 {limit} 层",
    "empty": "不能为空",
    "too_long": "超过 {limit} 个字符",
    "control_character": "含有控制字符",
    "not_identifier": "“{value}”不是 1 至 64 位的标识（A–Z a–z 0–9 : _ -）",
    "not_one_of": "“{value}”不在 {allowed} 之中",
    "too_low": "{value} 小于 {lowest}",
    "too_high": "{value} 大于 {highest}",
    "not_sorted": "没有排序，或有重复",
    "duplicate": "“{value}”出现两次",
    "other_protocol": "“{value}”不是“{expected}”",
    "too_few_sources": "应当有一个公开来源，或者两个人",
    "not_a_size": "应当是 count、ratio（可带 rounding）、all 之一",
    "not_a_ratio": "“{value}”不是 0% 至 100%、最多两位小数的比例",
    "not_true": "只能是 true",
    "not_a_class": "“{value}”不是类别（一个大写字母）",
    "not_a_county": "“{value}”不是六位县级区划代码",
    "not_a_recusal": "“{value}”既不是检查对象编号，也不是 county: 加六位数字",
    "no_such_line": "没有计划条目“{value}”",
    "quota_with_classes": "不能与按类别的比例同时使用（条目“{line}”）",
    "quota_impossible": "{count} 无法满足：各条目合计最少 {lowest}、最多 {highest}",
    "not_a_time": "“{value}”不是带时区的 RFC 3339 时间",
    "not_a_secret": "不是 32 个随机字节（64 位小写十六进制）",
    "not_revealed": "没有公开，抽取作废",
    "not_a_source": "不在冻结的来源之中",
    "no_such_kind": "“{value}”不是 institution、inspector、withdrawal 之一",
    "not_in_draw": "“{value}”当时不在抽中名单",
    "not_in_team": "“{value}”不在 {institution} 的检查组",
    "no_such_inspector": "没有检查人员“{value}”",
    "already_withdrawn": "“{value}”已经退出",
    "no_reserve": "“{value}”所在单元没有可递补的检查对象",
    "no_such_entry": "名录中没有“{value}”",
    "does_not_verify": "不一致：应为{expected}，实为{found}",
}


def step_in_chinese(step: str, **facts: object) -> str:
    mark = "·" if step in TO_COMPARE else "✓"
    if "event" in facts:
        facts["event"] = EVENTS.get(str(facts["event"]), facts["event"])
    return f"{mark} {STEPS[step].format(**facts)}"


def difference_in_chinese(difference: Difference) -> str:
    section = SECTIONS.get(difference.section, "文件")
    expected, found = phrase_in_chinese(difference.expected), phrase_in_chinese(difference.found)
    return f"✗ {section}不一致。{difference.path} 处应为：{expected}；实为：{found}。"


def phrase_in_chinese(text: str) -> str:
    """A phrase in Chinese; any other text, which is a value from the file, as it stands."""
    if not isinstance(text, Phrase):
        return text
    facts = {key: phrase_in_chinese(fact) if isinstance(fact, str) else fact for key, fact in text.facts.items()}
    return PHRASES[text.code].format(**facts)
