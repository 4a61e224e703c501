from accounts import actions

actions.declare(
    {
        "institutions.create": "新增机构",
        "institutions.edit": "修改机构信息",
        "institutions.edit_business_regions": "修改业务地区",
        "institutions.add_certificate": "登记资质认定证书",
        "institutions.edit_certificate": "修改资质认定证书",
        "institutions.add_site": "登记检验检测场所",
        "institutions.edit_site": "修改检验检测场所",
        "institutions.remove_site": "删除检验检测场所",
        "institutions.appoint": "指定机构人员",
        "institutions.flag": "登记风险标记",
        "institutions.end_flag": "结束风险标记",
        "institutions.classify": "登记信用风险分类",
        "institutions.upload": "上传名录库工作簿",
        "institutions.import": "导入检查对象名录库",
        "institutions.export": "导出检查对象名录库",
    }
)
