from accounts import actions

actions.declare({"reports.make_sheet": "生成报表"})
