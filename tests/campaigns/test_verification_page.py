from django.test import Client


def test_page_opens_without_signing_in(db):
    answer = Client().get("/verify/")

    assert answer.status_code == 200
    assert "自行核验抽取结果" in answer.text


def test_page_takes_nothing(db):
    assert Client().post("/verify/").status_code == 405
