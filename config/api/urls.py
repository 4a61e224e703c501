from django.urls import URLPattern, URLResolver, path
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import ViewSetMixin

from accounts.api.reference import BureauView, RegionView
from accounts.api.tokens import TokenView
from campaigns.api import AgreementView, ApprovalView, CampaignView, ContributionView, DrawView, MatterView, TaskView
from config.api.documentation import Documentation
from inspectors.api import ExpertView, InspectorView
from institutions.api import CertificateView, DomainView, InstitutionView
from jobs.api import JobView
from selftest.api import ChangeRequestView, FormView, ProblemView, RoundView, SelfCheckView
from visits.api import FindingView, MeasureView, RectificationView, ReferralView, ResultView, VisitView

app_name = "api"

VIEWS: dict[str, type[ViewSetMixin]] = {
    "institutions": InstitutionView,
    "certificates": CertificateView,
    "inspectors": InspectorView,
    "experts": ExpertView,
    "campaigns": CampaignView,
    "agreements": AgreementView,
    "draws": DrawView,
    "contributions": ContributionView,
    "approvals": ApprovalView,
    "tasks": TaskView,
    "matters": MatterView,
    "self-check-forms": FormView,
    "self-check-rounds": RoundView,
    "self-checks": SelfCheckView,
    "self-check-problems": ProblemView,
    "self-check-changes": ChangeRequestView,
    "visits": VisitView,
    "results": ResultView,
    "findings": FindingView,
    "measures": MeasureView,
    "rectifications": RectificationView,
    "referrals": ReferralView,
    "jobs": JobView,
    "domains": DomainView,
    "regions": RegionView,
    "bureaus": BureauView,
}

router = SimpleRouter(use_regex_path=False)
for prefix, view in VIEWS.items():
    router.register(prefix, view, basename=prefix.removesuffix("s"))

urlpatterns: list[URLPattern | URLResolver] = [
    path("token/", TokenView.as_view(), name="token"),
    path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    path("docs/", Documentation.as_view(), name="docs"),
    *router.urls,
]
