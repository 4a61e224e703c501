from accounts import actions

actions.declare(
    {
        "campaigns.create": "新建抽查活动",
        "campaigns.edit": "修改抽查活动",
        "campaigns.edit_issuers": "修改发文机关",
        "campaigns.edit_basis_documents": "修改文件依据",
        "campaigns.edit_stages": "修改实施阶段",
        "campaigns.edit_sources": "修改随机数来源",
        "campaigns.save_line": "保存计划条目",
        "campaigns.delete_line": "删除计划条目",
        "campaigns.edit_partners": "修改配合单位",
        "campaigns.edit_matters": "修改抽查事项",
        "campaigns.edit_exclusions": "修改排除情形",
        "campaigns.edit_slots": "修改检查组席位",
        "campaigns.receive_allotment": "接收上级分配",
        "campaigns.propose": "提请协商",
        "campaigns.withdraw": "撤回修改",
        "campaigns.answer": "回复协商",
        "campaigns.freeze": "冻结两库",
        "campaigns.contribute": "提交随机数",
        "campaigns.draw": "抽取",
        "campaigns.dispatch": "派发任务",
        "campaigns.notify": "签发检查通知书",
    }
)
