from accounts import actions

actions.declare(
    {
        "inspectors.create": "新增检查人员",
        "inspectors.edit": "修改检查人员信息",
        "inspectors.link_account": "关联登录账号",
        "inspectors.create_expert": "新增专家",
        "inspectors.edit_expert": "修改专家信息",
        "inspectors.ban_expert": "禁用专家",
        "inspectors.lift_ban": "解除专家禁用",
        "inspectors.declare_conflict": "申报回避",
        "inspectors.decide_conflict": "决定回避",
        "inspectors.add_leave": "登记请假",
        "inspectors.cancel_leave": "撤销请假",
        "inspectors.upload": "上传人员名录工作簿",
        "inspectors.import": "导入检查人员名录库",
        "inspectors.export": "导出检查人员名录库",
    }
)
