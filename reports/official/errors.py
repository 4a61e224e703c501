from reports.models import DocumentVersion


class DocumentError(Exception):
    """A rule of official documents refuses the act; the text tells the person in Chinese what is wrong."""


class WrongState(DocumentError):
    """The step does not start from the state the document is in."""


class SavedMeanwhile(DocumentError):
    """Somebody saved another version since this one was opened."""

    def __init__(self, latest: DocumentVersion) -> None:
        super().__init__(
            f"在您编辑期间，{latest.by.name}保存了第{latest.number}版。您的修改还没有保存，请先核对两者的不同。"
        )
        self.latest = latest


class NumberTaken(DocumentError):
    """The number has been used."""
