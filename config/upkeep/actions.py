from accounts import actions

actions.declare(
    {
        "upkeep.backup": "备份",
        "upkeep.restore": "从备份恢复",
        "upkeep.move": "迁移数据库",
        "upkeep.archive_trail": "封存审计记录",
        "upkeep.archive_campaign": "归档抽查活动",
    }
)
