from accounts import actions

actions.declare({"jobs.cancel": "取消任务", "jobs.retry": "重试任务"})
