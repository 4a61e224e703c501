from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts import workbench
from accounts.http import Request
from accounts.models import Role, User

WHY_NOTHING = {
    Role.LEAD_OFFICER: "活动到了需要您办理的环节，例如协商有异议、可以冻结、可以抽取，会列在这里。",
    Role.LEAD_APPROVER: "经办人提交冻结、抽取等需要您批准的事项，会列在这里。",
    Role.PARTNER_LIAISON: "牵头单位提请协商的计划条目、需要贵单位提交随机数的抽取，会列在这里。",
    Role.COUNTY_OFFICER: "上级派发到本县区的检查任务会列在这里，并可一键下载任务清单。",
    Role.INSPECTOR: "抽到您的检查任务会列在这里。",
    Role.SUPERVISOR: "需要您见证的抽取会列在这里。",
    Role.INSTITUTION_CLERK: "检查通知和需要填报的事项会列在这里。",
    Role.LEGAL_REPRESENTATIVE: "检查通知和需要您签署的事项会列在这里。",
    Role.SYSTEM_ADMINISTRATOR: "账号和单位的设置在左侧栏目中；系统管理员不接触业务数据。",
    Role.SECURITY_ADMINISTRATOR: "新建而未授予角色的账号会列在这里。",
    Role.AUDITOR: "查询和核验审计记录请从左侧栏目进入。",
}
"""Why the list of things to do is empty, for each role."""


def show(request: Request) -> HttpResponse:
    user = request.user
    context = {
        "todos": workbench.todos_of(user),
        "running": workbench.running_of(user),
        "figures": workbench.figures_of(user),
        "why_nothing": _why_nothing(user),
        "roles": "、".join(role.label for role in Role if role in user.roles),
        "today": timezone.localdate(),
    }
    return render(request, "accounts/workbench.html", context)


def _why_nothing(user: User) -> list[str]:
    return [WHY_NOTHING[role] for role in Role if role in user.roles] or ["您的账号尚未授予角色，请联系安全管理员。"]
