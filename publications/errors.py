from visits.errors import VisitError


class PublicationError(VisitError):
    """A rule of publishing refuses the act; the text tells the person in Chinese what is wrong and what to do."""


class WrongState(PublicationError):
    """The step does not start from the state the version is in."""
