class CampaignError(Exception):
    """A rule of campaigns refuses the act; the text tells the person in Chinese what is wrong and what to do."""


class WrongState(CampaignError):
    """The step does not start from the state the campaign is in."""


class PlanNotReady(CampaignError):
    """The plan cannot be frozen, or listed; `problems` are the sentences of what is wrong."""

    def __init__(self, problems: list[str], step: str = "冻结") -> None:
        super().__init__(f"计划还不能{step}：" + "；".join(problems))
        self.problems = problems


class NotConfirmed(CampaignError):
    """The act needs an approval that a second person has confirmed."""

    def __init__(self) -> None:
        super().__init__("该事项须由一人提请、另一人审批同意后才能办理。")
