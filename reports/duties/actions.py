from accounts import actions

actions.declare(
    {
        "reports.assign_duties": "布置报送任务",
        "reports.edit_duty": "修改报送任务",
        "reports.drop_duty": "撤销报送任务",
        "reports.hand_in": "报送材料",
        "reports.return_submission": "退回报送材料",
        "reports.receive_submission": "签收报送材料",
        "reports.infected": "拦截带病毒的报送文件",
        "reports.assemble": "打包报送材料",
    }
)
