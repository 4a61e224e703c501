from accounts import actions

actions.declare(
    {
        "selftest.create_form": "新建自查表",
        "selftest.edit_form": "修改自查表",
        "selftest.publish_form": "发布自查表",
        "selftest.create_round": "新建自查轮次",
        "selftest.edit_round": "修改自查轮次",
        "selftest.open_round": "启动自查",
        "selftest.close_round": "结束自查",
        "selftest.letters": "生成自查邀请函",
        "selftest.invite": "生成自查邀请码",
        "selftest.revoke_invitation": "作废自查邀请码",
        "selftest.activate": "凭邀请码成为机构人员",
        "selftest.activation_refused": "邀请码不符",
        "selftest.end_representation": "结束机构人员身份",
        "selftest.begin": "开始自查填报",
        "selftest.submit": "提交自查表待签署",
        "selftest.withdraw": "撤回自查表",
        "selftest.withdraw_again": "撤回自查表",
        "selftest.sign": "签署报送自查表",
        "selftest.accept": "自查审核通过",
        "selftest.return": "自查退回补正",
        "selftest.report_mended": "报告整改完成",
        "selftest.confirm_mended": "确认整改完成",
        "selftest.reject_mended": "退回整改",
    }
)
