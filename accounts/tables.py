from functools import cached_property

import django_tables2 as tables
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from accounts import actions
from accounts.lists import DayColumn, ListTable
from accounts.models import AuditEvent, Bureau, Region, User
from accounts.templatetags.wording import cn_moment, status_tag
from accounts.trail import subject_name


class UserTable(ListTable):
    name = tables.Column("姓名", linkify=("accounts:user", {"pk": tables.A("pk")}))
    username = tables.Column("用户名", attrs={"td": {"class": "code"}})
    bureau = tables.Column("单位", accessor="bureau__short_name", default="—")
    role = tables.Column("角色", empty_values=(), orderable=False)
    is_active = tables.Column("状态")
    last_login = tables.Column("最近登录", default="从未登录")

    def render_role(self, record: User) -> SafeString | str:
        return (
            format_html_join("、", "{}", ((role.get_role_display(),) for role in record.role_assignments.all()))
            or "未授予"
        )

    def render_is_active(self, value: bool) -> SafeString:
        return status_tag("在用", "done") if value else status_tag("已停用", "plain", "circle-off")

    def render_last_login(self, record: User) -> str:
        return cn_moment(record.last_login)

    class Meta(ListTable.Meta):
        model = User
        fields = ("name", "username", "bureau", "role", "is_active", "last_login")
        attrs = {"class": "table", "id": "users"}


class BureauTable(ListTable):
    name = tables.Column("名称", linkify=("accounts:bureau", {"code": tables.A("code")}))
    department = tables.Column("部门", accessor="department__short_name")
    region = tables.Column("行政区划", accessor="region__name")
    branch_of = tables.Column("所属市局", accessor="branch_of__short_name", default="—")
    code = tables.Column("代码", attrs={"td": {"class": "code"}})

    class Meta(ListTable.Meta):
        model = Bureau
        fields = ("name", "department", "region", "branch_of", "code")
        attrs = {"class": "table", "id": "bureaus"}


class RegionTable(ListTable):
    code = tables.Column(
        "代码", attrs={"td": {"class": "code"}}, linkify=("accounts:region", {"code": tables.A("code")})
    )
    name = tables.Column("名称")
    level = tables.Column("级别")
    kind = tables.Column("类别")
    parent = tables.Column("上级", accessor="parent__name", default="—")
    valid_to = DayColumn(verbose_name="停用日期", default="—")

    class Meta(ListTable.Meta):
        model = Region
        fields = ("code", "name", "level", "kind", "parent", "valid_to")
        attrs = {"class": "table", "id": "regions"}


class AuditTable(ListTable):
    number = tables.Column("序号", linkify=("accounts:audit_event", {"number": tables.A("number")}))
    at = tables.Column("时间", attrs={"td": {"class": "nowrap"}})
    actor = tables.Column("操作人", accessor="actor__name", default="系统")
    action = tables.Column("操作")
    subject_type = tables.Column("对象类别")
    subject_label = tables.Column("对象", empty_values=(), orderable=False)

    def render_at(self, value: object, record: AuditEvent) -> str:
        return cn_moment(record.at)

    def render_action(self, value: str) -> str:
        return actions.label(value)

    def render_subject_type(self, value: str) -> str:
        return subject_name(value)

    def render_subject_label(self, record: AuditEvent) -> str:
        account = self.accounts.get(record.subject_id) if record.subject_type == "accounts.user" else None
        return record.subject_label or account or f"编号 {record.subject_id}"

    @cached_property
    def accounts(self) -> dict[str, str]:
        """The accounts that this page's events are about: the trail itself holds no names of people."""
        ids = {row.record.subject_id for row in self.paginated_rows if row.record.subject_type == "accounts.user"}
        known = User.objects.filter(pk__in=[number for number in ids if number.isdigit()])
        return {str(user.pk): f"{user.name}（{user.username}）" for user in known}

    class Meta(ListTable.Meta):
        model = AuditEvent
        fields = ("number", "at", "actor", "action", "subject_type", "subject_label")
        attrs = {"class": "table", "id": "trail"}
