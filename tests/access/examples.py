"""For every route, what the matrix asks it for. A new route is one line here (and one in config/access.py).

`PAGE` takes no object. `of("institution")` takes the id of one: the matrix asks for one's own, for a foreign one and
for a missing one. Kinds of objects: tests/access/world.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.models import Role
from accounts.models.users import LEADS

NOBODY: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Example:
    kind: str = ""
    argument: str = "pk"
    also: Mapping[str, str] = field(default_factory=dict)
    """Further objects of the route: argument → kind. Their own are asked for with one's own object, foreign with
    foreign, and foreign ones with one's own object as well."""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    """Other arguments of the route."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """Form values of a POST."""
    missing: Any = 987_654_321
    foreign: bool = True
    """False where nothing of this kind is foreign to those who may call the route."""
    refused: frozenset[str] = NOBODY
    """In the audience, but for this object a rule says no: 403."""
    unseen: frozenset[str] = NOBODY
    """In the audience, but this object is not theirs to see: 404 as if it were missing."""
    only_with_debug: bool = False
    """404 for everybody as the site runs."""


PAGE = Example()


def of(kind: str, argument: str = "pk", **more: Any) -> Example:
    return Example(kind, argument, **more)


def shared(kind: str, argument: str = "pk", **more: Any) -> Example:
    """Of an object that is nobody's own."""
    return Example(kind, argument, foreign=False, **more)


EXAMPLES: dict[str, Example] = {
    # frame
    "home": PAGE,
    "health": PAGE,
    "styleguide": Example(only_with_debug=True),
    "workbench": PAGE,
    # accounts
    "accounts:sign_in": PAGE,
    "accounts:sign_out": PAGE,
    "accounts:password": PAGE,
    "accounts:profile": PAGE,
    "accounts:tokens": PAGE,
    "accounts:token_revoke": of("token", "token_key", missing="0" * 15),
    "accounts:users": PAGE,
    "accounts:user": shared("account"),
    "accounts:user_create": PAGE,
    "accounts:user_edit": shared("account"),
    "accounts:user_close": shared("account"),
    "accounts:user_reopen": shared("closed_account"),
    "accounts:user_reset": shared("resettable_account"),
    "accounts:user_grant": shared("account", data={"role": "lead_approver"}),
    "accounts:user_revoke": shared("account", fixed={"role": "lead_officer"}),
    "accounts:bureaus": PAGE,
    "accounts:bureau": shared("bureau", "code", missing="scjg:999999"),
    "accounts:bureau_create": PAGE,
    "accounts:bureau_edit": shared("bureau", "code", missing="scjg:999999"),
    "accounts:regions": PAGE,
    "accounts:region": shared("region", "code", missing="999999"),
    "accounts:region_create": PAGE,
    "accounts:region_edit": shared("region", "code", missing="999999"),
    "accounts:audit": PAGE,
    "accounts:audit_event": Example("event", "number", foreign=False),
    "accounts:audit_export": PAGE,
    "accounts:audit_verify": PAGE,
    # jobs
    "jobs:list": PAGE,
    "jobs:detail": of("job"),
    "jobs:progress": of("job"),
    "jobs:file": of("finished_job"),
    "jobs:cancel": of("waiting_job"),
    # institutions
    "institutions:list": PAGE,
    "institutions:export": PAGE,
    "institutions:create": PAGE,
    "institutions:detail": of("institution"),
    "institutions:history": of("institution"),
    "institutions:edit": of("institution"),
    "institutions:business_regions": of("institution"),
    "institutions:credit_class": of("institution"),
    "institutions:certificate_add": of("institution"),
    "institutions:certificate_edit": of("institution", also={"certificate_pk": "certificate"}),
    "institutions:site_add": of("institution", also={"certificate_pk": "certificate"}),
    "institutions:site_edit": of("institution", also={"site_pk": "site"}),
    "institutions:site_remove": of("institution", also={"site_pk": "site"}),
    "institutions:flag_add": of("institution"),
    "institutions:flag_end": of("institution", also={"flag_pk": "risk_flag"}),
    "institutions:import": PAGE,
    "institutions:import_template": PAGE,
    "institutions:import_run": of("import_run"),
    "institutions:import_progress": of("import_run"),
    "institutions:import_confirm": of("import_run"),
    "institutions:import_marked": of("import_run"),
    # inspectors
    "inspectors:list": PAGE,
    "inspectors:create": PAGE,
    "inspectors:export": PAGE,
    "inspectors:detail": of("inspector"),
    "inspectors:edit": of("inspector"),
    "inspectors:link": of("inspector"),
    "inspectors:history": of("inspector"),
    "inspectors:declare": of("inspector"),
    "inspectors:leave_add": of("inspector"),
    "inspectors:leave_cancel": of("leave"),
    "inspectors:leaves": PAGE,
    "inspectors:experts": PAGE,
    "inspectors:expert_create": PAGE,
    "inspectors:expert_export": PAGE,
    "inspectors:expert": shared("expert"),
    "inspectors:expert_edit": shared("expert"),
    "inspectors:expert_ban": shared("expert"),
    "inspectors:expert_lift": shared("expert"),
    "inspectors:expert_history": shared("expert"),
    "inspectors:expert_declare": shared("expert"),
    "inspectors:conflicts": PAGE,
    "inspectors:conflict_decide": of("conflict"),
    "inspectors:import": Example(fixed={"pool": "inspectors"}),
    "inspectors:import_template": Example(fixed={"pool": "inspectors"}),
    "inspectors:import_run": of("people_import"),
    "inspectors:import_progress": of("people_import"),
    "inspectors:import_confirm": of("people_import"),
    # campaigns
    "campaigns:list": PAGE,
    "campaigns:create": PAGE,
    "campaigns:detail": of("campaign"),
    "campaigns:edit": of("draft"),
    "campaigns:edit_part": of("draft", fixed={"part": "stages"}),
    "campaigns:log": of("campaign"),
    "campaigns:people": of("campaign"),
    "campaigns:documents": of("campaign"),
    "campaigns:line_create": of("draft"),
    "campaigns:line_preview": of("draft"),
    "campaigns:line_edit": of("draft_line"),
    "campaigns:line_delete": of("draft_line"),
    "campaigns:allotment": of("campaign"),
    "campaigns:allotment_parent": of("draft"),
    "campaigns:allotment_upload": of("draft"),
    "campaigns:allotment_template": of("draft"),
    "campaigns:simulation": of("negotiating"),
    "campaigns:run_simulation": of("negotiating"),
    "campaigns:propose": of("draft"),
    "campaigns:withdraw": of("negotiating"),
    "campaigns:rehearse": of("negotiating"),
    "campaigns:answer": of("agreement", data={"answer": "agree"}, refused=LEADS),
    "campaigns:confirm_freeze": of("negotiating"),
    "campaigns:freeze": of("negotiating"),
    "campaigns:draw": of("campaign"),
    "campaigns:run_draw": of("frozen_draw"),
    "campaigns:supplement": of("drawn"),
    "campaigns:ceremony": of("draw"),
    "campaigns:ceremony_state": of("draw"),
    "campaigns:void": of("frozen_draw"),
    "campaigns:disclose": of("draw"),
    "campaigns:population": of("draw"),
    "campaigns:manifest": of("draw"),
    "campaigns:transcript": of("disclosed_draw"),
    "campaigns:remark": of("frozen_draw"),
    "campaigns:reject_objection": of("objection"),
    "campaigns:approval": of("approval"),
    "campaigns:confirm": of("approval"),
    "campaigns:decline": of("approval"),
    "campaigns:withdraw_approval": of("approval", refused=frozenset({Role.LEAD_APPROVER})),
    "campaigns:commit": of("contribution", data={"commitment": "0" * 64}),
    "campaigns:enter": of("public_contribution"),
    "campaigns:reveal": of("committed_contribution", data={"value": "骰子"}),
    "campaigns:refuse": of("committed_contribution"),
    "campaigns:job": of("campaign", also={"job_pk": "campaign_job"}),
    "campaigns:own_draws": PAGE,
    "campaigns:own_draw": of("own_entry"),
    "campaigns:own_proof": of("own_entry"),
    "campaigns:raise_objection": of("own_entry", data={"words": "名录不全"}),
    "campaigns:assignments": PAGE,
    "campaigns:assignment": of("own_inspector_entry"),
    "campaigns:assignment_proof": of("own_inspector_entry"),
    "campaigns:notice_proof": shared("notice", "token", missing="no-such-token"),
    "campaigns:notice_proof_json": shared("notice", "token", missing="no-such-token"),
    "campaigns:minutes": of("draw"),
    "campaigns:minutes_text": of("draw"),
    "campaigns:dispatch": of("drawn"),
    "campaigns:campaign_tasks": of("campaign"),
    "campaigns:tasks": PAGE,
    "campaigns:task": of("task"),
    "campaigns:notify": of("unnotified_task", refused=frozenset({Role.COUNTY_OFFICER})),
    "campaigns:substitute": of("unnotified_task"),
    "campaigns:substitute_member": of("member", refused=frozenset({Role.COUNTY_OFFICER})),
    "campaigns:withdraw_member": of("member"),
    "campaigns:evidence": of("evidence"),
    "campaigns:declare": of("member", data={"declaration": "none"}, refused=frozenset({Role.COUNTY_OFFICER})),
    "campaigns:declare_team": of("unnotified_task"),
    "campaigns:declare_campaign": of("dispatched"),
    "campaigns:accept_recusal": of("recusal"),
    "campaigns:reject_recusal": of("recusal", data={"words": "理由不足"}),
    "campaigns:notify_many": PAGE,
    "campaigns:log_heads": PAGE,
    "campaigns:public_draws": PAGE,
    "campaigns:public_draw": shared("draw", "code", missing="nothing"),
    "campaigns:public_manifest": shared("draw", "code", missing="nothing"),
    "campaigns:public_transcript": shared("disclosed_draw", "code", missing="nothing"),
    "campaigns:public_list": shared("disclosed_draw", "code", missing="nothing"),
    "campaigns:public_log": PAGE,
    "campaigns:public_log_json": PAGE,
    "campaigns:verify": PAGE,
    "campaigns:matters": PAGE,
    "campaigns:matter": shared("matter", "code", missing="nothing"),
    "campaigns:verifier": PAGE,
    # reports
    "reports:statistics": PAGE,
    "reports:task_list": of("dispatched"),
    "reports:own_task_list": of("dispatched"),
    "reports:drawn_list": of("dispatched"),
    "reports:notices": of("dispatched"),
    "reports:campaign_notice": of("dispatched"),
    "reports:minutes": of("draw"),
    "reports:notice": of("task"),
    # api
    "api:token": PAGE,
    "api:schema": PAGE,
    "api:docs": PAGE,
    "api:institution-list": PAGE,
    "api:institution-detail": of("institution"),
    "api:institution-certificates": of("institution"),
    "api:certificate-detail": of("certificate"),
    "api:inspector-list": PAGE,
    "api:inspector-detail": of("inspector"),
    "api:expert-list": PAGE,
    "api:expert-detail": shared("expert"),
    "api:campaign-list": PAGE,
    "api:campaign-detail": of("campaign"),
    "api:campaign-preview": of("campaign"),
    "api:campaign-propose": of("draft"),
    "api:campaign-withdraw": of("negotiating"),
    "api:campaign-freeze": of("negotiating"),
    "api:campaign-dispatch": of("drawn"),
    "api:campaign-job": of("campaign", also={"job_pk": "campaign_job"}),
    "api:agreement-answer": of("agreement", data={"agrees": True}, refused=LEADS),
    "api:draw-list": PAGE,
    "api:draw-detail": of("draw"),
    "api:draw-transcript": of("disclosed_draw"),
    "api:draw-propose": of("frozen_draw"),
    "api:draw-void": of("frozen_draw", data={"reason": "名录有误"}),
    "api:contribution-commit": of("contribution", data={"commitment": "0" * 64}),
    "api:contribution-enter": of("public_contribution"),
    "api:contribution-reveal": of("committed_contribution", data={"value": "骰子"}),
    "api:approval-list": PAGE,
    "api:approval-detail": of("approval"),
    "api:approval-confirm": of("approval", data={"password": "x"}),
    "api:approval-decline": of("approval", data={"words": "再核对"}),
    "api:task-list": PAGE,
    "api:task-detail": of("task"),
    "api:task-notify": of("unnotified_task", refused=frozenset({Role.COUNTY_OFFICER})),
    "api:task-declare": of("unnotified_task"),
    "api:matter-list": PAGE,
    "api:matter-detail": shared("matter", "pk", missing="nothing"),
    "api:job-list": PAGE,
    "api:job-detail": of("job"),
    "api:job-file": of("finished_job"),
    "api:domain-list": PAGE,
    "api:domain-detail": shared("domain", missing="nothing"),
    "api:region-list": PAGE,
    "api:region-detail": shared("region", missing="999999"),
    "api:bureau-list": PAGE,
    "api:bureau-detail": shared("bureau", missing="scjg:999999"),
}
