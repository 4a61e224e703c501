class DutyError(Exception):
    """A rule of reporting refuses the act; the text tells the person in Chinese what is wrong and what to do."""
