"""Places and people of the tests: Datong and Xinzhou in Shanxi, invented people with known roles."""

from accounts.models import Bureau, Department, Region, Role, RoleAssignment, User

PASSWORD = "Qingfeng-Mingyue-7"

PLACES = {
    "140000": ("山西省", Region.Level.PROVINCE, None),
    "140200": ("大同市", Region.Level.CITY, "140000"),
    "140213": ("平城区", Region.Level.COUNTY, "140200"),
    "140214": ("云冈区", Region.Level.COUNTY, "140200"),
    "140900": ("忻州市", Region.Level.CITY, "140000"),
    "140902": ("忻府区", Region.Level.COUNTY, "140900"),
}
DEPARTMENTS = {"scjg": ("市场监督管理", "市场监管"), "ga": ("公安", "公安"), "sthj": ("生态环境", "生态环境")}


def region(code: str = "140200") -> Region:
    """With all regions above it."""
    if found := Region.objects.filter(code=code).first():
        return found
    name, level, parent = PLACES[code]
    return Region.objects.create(code=code, name=name, level=level, parent=region(parent) if parent else None)


def department(code: str = "scjg") -> Department:
    name, short = DEPARTMENTS[code]
    position = list(DEPARTMENTS).index(code)
    return Department.objects.get_or_create(
        code=code, defaults={"name": name, "short_name": short, "position": position}
    )[0]


def bureau(code: str = "scjg:140200") -> Bureau:
    """By its code, e.g. "ga:140900" for the police of Xinzhou."""
    if found := Bureau.objects.filter(code=code).first():
        return found
    line, place_code = code.split(":")
    of, place = department(line), region(place_code)
    names = {"name": f"{place.name}{of.name}局", "short_name": f"{place.name}{of.short_name}局"}
    return Bureau.objects.create(code=code, department=of, region=place, **names)


def user(username: str, *roles: Role, at: str = "", name: str = "", password: str = "", **fields: object) -> User:
    """`at` is the code of the bureau. Without `password` the account cannot sign in through the page."""
    account = User(username=username, name=name or f"用户{username}"[:30], bureau=bureau(at) if at else None, **fields)
    account.set_password(password or None)
    account.save()
    RoleAssignment.objects.bulk_create([RoleAssignment(user=account, role=role) for role in roles])
    return account


def lead_officer(username: str = "datong-officer", at: str = "scjg:140200", **fields: object) -> User:
    return user(username, Role.LEAD_OFFICER, at=at, **fields)


def system_administrator(username: str = "sysadmin", **fields: object) -> User:
    return user(username, Role.SYSTEM_ADMINISTRATOR, name="韩东", **fields)


def security_administrator(username: str = "secadmin", **fields: object) -> User:
    return user(username, Role.SECURITY_ADMINISTRATOR, name="冯洁", **fields)


def auditor(username: str = "auditor", **fields: object) -> User:
    return user(username, Role.AUDITOR, name="杨慎", **fields)
