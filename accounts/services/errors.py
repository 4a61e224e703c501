class AccountRefused(Exception):
    """A rule forbids this; the text tells the person in Chinese which."""
