"""What acts on official documents are called in the audit trail."""

from accounts.actions import declare

declare(
    {
        "reports.begin_document": "起草公文",
        "reports.save_document": "保存公文版本",
        "reports.present_document": "公文送签",
        "reports.return_document": "公文退回修改",
        "reports.issue_document": "签发公文",
        "reports.withdraw_document": "撤回公文",
        "reports.drop_document": "公文不再办理",
    }
)
