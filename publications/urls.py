from django.urls import URLPattern, path

from publications.views import campaign, disclosures, listing, own, preparing, repairs, rows, terms, versions

app_name = "publications"

urlpatterns: list[URLPattern] = [
    path("publications/", listing.publication_list, name="list"),
    path("publications/<int:pk>/", versions.detail, name="detail"),
    path("publications/<int:pk>/correct/", versions.correct, name="correct"),
    path("campaigns/<int:pk>/publications/", campaign.campaign, name="campaign"),
    # preparing
    path("publications/prepare/", preparing.prepare, name="prepare"),
    path("publications/prepare/annual-plan/", preparing.annual_plan, name="prepare_annual_plan"),
    path("publications/prepare/plan/<int:pk>/", preparing.plan, name="prepare_plan"),
    path("publications/prepare/drawn-list/<int:pk>/", preparing.drawn_list, name="prepare_drawn_list"),
    path("publications/prepare/results/<int:pk>/", preparing.results, name="prepare_results"),
    path("publications/prepare/penalties/", preparing.penalties, name="prepare_penalties"),
    path("publications/prepare/text/", preparing.written, name="prepare_text"),
    # versions
    path("publications/versions/<int:pk>/edit/", versions.edit, name="edit"),
    path("publications/versions/<int:pk>/add/", versions.add, name="add"),
    path("publications/versions/<int:pk>/renew/", versions.renew, name="renew"),
    path("publications/versions/<int:pk>/discard/", versions.discard, name="discard"),
    path("publications/versions/<int:pk>/propose/", versions.propose, name="propose"),
    path("publications/versions/<int:pk>/return/", versions.return_version, name="return"),
    path("publications/versions/<int:pk>/approve/", versions.approve, name="approve"),
    path("publications/versions/<int:pk>/withdraw/", versions.withdraw, name="withdraw"),
    path("publications/results/<int:pk>/edit/", rows.edit_result, name="edit_result"),
    path("publications/results/<int:pk>/drop/", rows.drop_result, name="drop_result"),
    path("publications/penalties/<int:pk>/edit/", rows.edit_penalty, name="edit_penalty"),
    path("publications/penalties/<int:pk>/drop/", rows.drop_penalty, name="drop_penalty"),
    # the term
    path("publications/terms/", terms.term_list, name="terms"),
    path("publications/terms/<int:pk>/explain/", terms.explain, name="explain"),
    # credit repair and what institutions publish
    path("publications/repairs/", repairs.repair_list, name="repairs"),
    path("publications/repairs/<int:pk>/", repairs.repair, name="repair"),
    path("publications/disclosures/", disclosures.disclosure_list, name="disclosures"),
    path("publications/disclosures/<int:pk>/", disclosures.disclosure, name="disclosure"),
    path("publications/disclosures/<int:pk>/accept/", disclosures.accept, name="disclosure_accept"),
    path("publications/disclosures/<int:pk>/return/", disclosures.return_disclosure, name="disclosure_return"),
    path("publications/disclosures/<int:pk>/withdraw/", disclosures.withdraw, name="disclosure_withdraw"),
    path("publications/disclosures/<int:pk>/file/", disclosures.file, name="disclosure_file"),
    path("my/publications/", own.own_publications, name="own"),
    path("my/publications/submit/", own.submit, name="own_submit"),
    path("my/publications/penalties/<int:pk>/repair/", own.ask_repair, name="ask_repair"),
]
