from accounts import actions

actions.declare(
    {
        "publications.prepare": "起草公示",
        "publications.propose": "公示提请审批",
        "publications.return": "公示退回修改",
        "publications.approve": "批准公示",
        "publications.publish": "公布",
        "publications.supersede": "公示被更正",
        "publications.withdraw": "撤回公示",
        "publications.correct": "起草更正版本",
        "publications.renew": "按最新记录更新公示内容",
        "publications.add_rows": "公示增加机构",
        "publications.drop_row": "公示移除一行",
        "publications.edit": "修改公示文字",
        "publications.edit_row": "修改公示一行的文字",
        "publications.discard": "放弃公示草稿",
        "publications.explain_lateness": "说明公示逾期原因",
        "publications.ask_repair": "申请信用修复",
        "publications.repair_granted": "准予信用修复",
        "publications.repair_denied": "不予信用修复",
        "publications.submit_disclosure": "提交机构公开信息",
        "publications.disclosure_published": "同意机构信息公开",
        "publications.disclosure_returned": "退回机构公开信息",
        "publications.disclosure_withdrawn": "撤下机构公开信息",
        "publications.infected": "拦截带病毒的文件",
    }
)
