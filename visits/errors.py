class VisitError(Exception):
    """A rule of visits refuses the act; the text tells the person in Chinese what is wrong and what to do."""


class Incomplete(VisitError):
    """One thing that was told is missing or wrong; `field` names the argument."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


class WrongState(VisitError):
    """The step does not start from the state the thing is in."""


class NotCertificated(VisitError):
    """Fewer than two officers with valid certificates, or one of those named has none."""


class OutsideWindow(VisitError):
    """The visit breaks the campaign's notice window, and no reason is given."""


class Unanswered(VisitError):
    """Lines of the check sheet without an explicit answer; `keys` names them."""

    def __init__(self, keys: list[str], words: str) -> None:
        super().__init__(words)
        self.keys = keys
