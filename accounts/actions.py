"""What each act in the audit trail is called in Chinese."""

from collections.abc import Mapping

_labels: dict[str, str] = {
    "accounts.sign_in": "登录",
    "accounts.sign_in_refused": "登录失败",
    "accounts.sign_out": "退出",
    "accounts.change_password": "修改密码",
    "accounts.create_user": "新建用户",
    "accounts.edit_user": "修改用户",
    "accounts.grant_role": "授予角色",
    "accounts.revoke_role": "收回角色",
}


def declare(labels: Mapping[str, str]) -> None:
    _labels.update(labels)


def label(action: str) -> str:
    return _labels.get(action, action)


def labels() -> dict[str, str]:
    return dict(sorted(_labels.items()))
