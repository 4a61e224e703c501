from django.core.validators import RegexValidator
from django.db import models


class Region(models.Model):
    """行政区划: a province, city or county with its GB/T 2260 code, or a local zone with a six-digit code of its own.

    The first two digits of a code name the province, the first four the city, so everything below a region
    shares its `scope`.
    """

    class Level(models.TextChoices):
        NATION = "nation", "全国"
        PROVINCE = "province", "省级"
        CITY = "city", "市级"
        COUNTY = "county", "县级"

    class Kind(models.TextChoices):
        GB = "gb", "国标区划"
        ZONE = "zone", "功能区（非国标）"

    code = models.CharField("代码", max_length=6, primary_key=True, validators=[RegexValidator(r"^\d{6}$")])
    name = models.CharField("名称", max_length=50)
    level = models.CharField("级别", max_length=10, choices=Level.choices)
    kind = models.CharField("类别", max_length=4, choices=Kind.choices, default=Kind.GB)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    valid_from = models.DateField("启用日期", null=True, blank=True)
    valid_to = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "行政区划"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def scope(self) -> str:
        """The code prefix shared by this region and everything below it; empty for the nation."""
        digits = {self.Level.NATION: 0, self.Level.PROVINCE: 2, self.Level.CITY: 4, self.Level.COUNTY: 6}
        return self.code[: digits[self.Level(self.level)]]


class Department(models.Model):
    """部门: a line of government (market regulation, public security, ecology …), the same at every level."""

    MARKET_REGULATION = "scjg"

    code = models.SlugField("代码", max_length=10, primary_key=True)
    name = models.CharField("名称", max_length=30)
    short_name = models.CharField("简称", max_length=10)
    position = models.PositiveSmallIntegerField("排序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "部门"
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name


class Bureau(models.Model):
    """机关单位: a department's body in one region. Its code, e.g. "scjg:140200", also names its pool in a draw.

    A county body may be a branch (分局) of the city's bureau: then `branch_of` is set and it acts for the city bureau.
    """

    code = models.CharField(
        "代码", max_length=20, primary_key=True, validators=[RegexValidator(r"^[a-z]{2,10}:\d{6}$")]
    )
    name = models.CharField("名称", max_length=60)
    short_name = models.CharField("简称", max_length=30)
    department = models.ForeignKey(Department, models.PROTECT, related_name="bureaus", verbose_name="部门")
    region = models.ForeignKey(Region, models.PROTECT, related_name="bureaus", verbose_name="行政区划")
    branch_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="branches", verbose_name="所属市局"
    )
    document_prefix = models.CharField("发文代字", max_length=20, blank=True, help_text="如：同市监认证")
    contact_office = models.CharField("联系科室", max_length=40, blank=True)
    contact_phone = models.CharField("联系电话", max_length=30, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "机关单位"
        ordering = ["region_id", "department__position"]
        constraints = [
            models.UniqueConstraint(fields=["department", "region"], name="department_has_one_bureau_per_region")
        ]

    def __str__(self) -> str:
        return self.name
