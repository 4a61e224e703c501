"""What a browser calls itself, in two words that its owner recognises."""

BROWSERS = (
    ("MicroMessenger/", "微信"), ("DingTalk/", "钉钉"), ("QQBrowser/", "QQ浏览器"), ("360SE", "360浏览器"),
    ("Edg/", "Edge"), ("EdgA/", "Edge"), ("HuaweiBrowser/", "华为浏览器"), ("OPR/", "Opera"), ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"), ("Trident/", "IE"), ("Safari/", "Safari"), ("curl/", "curl"), ("python-requests/", "Python"),
)  # fmt: skip
"""In this order: most call themselves Chrome and Safari as well."""
SYSTEMS = (
    ("HarmonyOS", "鸿蒙"), ("OpenHarmony", "鸿蒙"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "安卓"),
    ("Windows", "Windows"), ("Mac OS X", "Mac"), ("Linux", "Linux"),
)  # fmt: skip
UNKNOWN = "未知设备"


def device_in_words(user_agent: str) -> str:
    browser = next((name for sign, name in BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in SYSTEMS if sign in user_agent), "")
    return " · ".join(filter(None, (system, browser))) or UNKNOWN
