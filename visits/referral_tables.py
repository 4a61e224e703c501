"""Lists of referrals and of complaints."""

from datetime import date, datetime

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.lists import ListTable
from accounts.templatetags.wording import cn_date, cn_moment, deadline_words, status_tag
from visits.models import Complaint, Referral
from visits.states import OPEN_REFERRALS, ComplaintState, ReferralState

REFERRAL_TONES = {
    ReferralState.SENT: "waiting",
    ReferralState.ACCEPTED: "current",
    ReferralState.DECLINED: "refused",
    ReferralState.ANSWERED: "waiting",
    ReferralState.CLOSED: "done",
}
COMPLAINT_TONES = {
    ComplaintState.RECEIVED: "waiting",
    ComplaintState.ACCEPTED: "current",
    ComplaintState.REJECTED: "refused",
    ComplaintState.ANSWERED: "done",
}


def referral_tag(referral: Referral) -> SafeString:
    return status_tag(referral.get_state_display(), REFERRAL_TONES[ReferralState(referral.state)])


def complaint_tag(complaint: Complaint) -> SafeString:
    return status_tag(complaint.get_state_display(), COMPLAINT_TONES[ComplaintState(complaint.state)])


class ReferralTable(ListTable):
    caption = "线索移送"
    subject = tables.Column("线索")
    sender = tables.Column("移送单位", accessor="sender__short_name")
    receiver = tables.Column("接收单位", accessor="receiver__short_name", empty_values=())
    sent_at = tables.Column("移送时间")
    due_on = tables.Column("反馈期限")
    state = tables.Column("状态")

    class Meta(ListTable.Meta):
        model = Referral
        fields = ("subject", "sender", "receiver", "sent_at", "due_on", "state")
        attrs = {"class": "table", "id": "referrals"}

    def render_subject(self, record: Referral) -> SafeString:
        url = reverse("visits:referral", args=[record.pk])
        return format_html(
            '<a href="{}">{}</a><br><span class="quiet nowrap">{}</span>', url, record.subject, record.number
        )

    def render_receiver(self, record: Referral) -> SafeString | str:
        if record.receiver:
            return record.receiver.short_name
        return format_html('{}<br><span class="quiet">系统外</span>', record.outside)

    def render_sent_at(self, value: datetime) -> str:
        return cn_date(value)

    def render_due_on(self, value: date, record: Referral) -> SafeString:
        words = deadline_words(value) if record.state in OPEN_REFERRALS else ""
        return format_html('<span class="nowrap">{}</span><br><span class="quiet">{}</span>', cn_date(value), words)

    def render_state(self, record: Referral) -> SafeString:
        return referral_tag(record)


class ComplaintTable(ListTable):
    caption = "投诉举报"
    institution_words = tables.Column("反映的机构")
    county = tables.Column("县区", order_by="county_id")
    received_at = tables.Column("收到时间")
    institution = tables.Column("名录库机构", accessor="institution__name", default="尚未核对")
    state = tables.Column("状态")

    class Meta(ListTable.Meta):
        model = Complaint
        fields = ("institution_words", "county", "received_at", "institution", "state")
        attrs = {"class": "table", "id": "complaints"}

    def render_institution_words(self, record: Complaint) -> SafeString:
        url = reverse("visits:complaint", args=[record.pk])
        return format_html(
            '<a href="{}">{}</a><br><span class="code quiet">{}</span>', url, record.institution_words, record.number
        )

    def render_received_at(self, value: datetime) -> str:
        return cn_moment(value)

    def render_state(self, record: Complaint) -> SafeString:
        return complaint_tag(record)
