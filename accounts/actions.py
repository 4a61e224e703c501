"""What each act in the audit trail is called in Chinese."""

from collections.abc import Mapping

_labels: dict[str, str] = {
    "accounts.sign_in": "登录",
    "accounts.sign_in_refused": "登录失败",
    "accounts.sign_out": "退出",
    "accounts.lock_user": "连续登录失败，账号锁定",
    "accounts.unlock_user": "解除锁定",
    "accounts.set_up_second_factor": "设置两步验证",
    "accounts.renew_recovery_codes": "更换恢复码",
    "accounts.use_recovery_code": "使用恢复码",
    "accounts.remove_second_factor": "停用两步验证",
    "accounts.reset_second_factor": "重置两步验证",
    "accounts.end_session": "结束一处登录",
    "accounts.end_other_sessions": "结束其他登录",
    "accounts.end_sessions": "结束用户的全部登录",
    "accounts.change_password": "修改密码",
    "accounts.change_email": "修改电子邮箱",
    "accounts.reset_password": "重置密码",
    "accounts.create_user": "新建用户",
    "accounts.edit_user": "修改用户",
    "accounts.close_user": "停用用户",
    "accounts.reopen_user": "重新启用用户",
    "accounts.grant_role": "授予角色",
    "accounts.revoke_role": "收回角色",
    "accounts.create_token": "新建 API 令牌",
    "accounts.revoke_token": "作废 API 令牌",
    "accounts.create_bureau": "新建单位",
    "accounts.edit_bureau": "修改单位",
    "accounts.create_region": "新建区划",
    "accounts.edit_region": "修改区划",
    "accounts.set_calendar_day": "登记工作日历",
    "accounts.remove_calendar_day": "删除工作日历登记",
    "accounts.verify_trail": "核验审计记录",
    "accounts.export_trail": "导出审计记录",
}


def declare(labels: Mapping[str, str]) -> None:
    _labels.update(labels)


def label(action: str) -> str:
    return _labels.get(action, action)


def labels() -> dict[str, str]:
    return dict(sorted(_labels.items()))
