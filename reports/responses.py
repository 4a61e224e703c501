from urllib.parse import quote

from django.http import HttpResponse


def file_answer(content: bytes, name: str, content_type: str) -> HttpResponse:
    """A file to be saved, for this person alone."""
    answer = HttpResponse(content, content_type=content_type)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer.headers["Cache-Control"] = "no-store, private"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
