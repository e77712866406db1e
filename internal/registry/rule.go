package registry

import "tuoxing/internal/intake"

// ruleBook holds every numbered rule of the registry's lists: what it asks, an example, and the faults of the readers
// below that it stands for.
var ruleBook = []intake.Rule{
	{Code: "R101", Key: "registry.rule_name", Example: "张", Faults: []string{"cn.name_length"}},
	{Code: "R102", Key: "registry.rule_id", Example: "321181199001010019", Faults: []string{"cn.id_checksum"}},
	{Code: "R103", Key: "registry.rule_id_region", Example: "3299…"},
	{Code: "R104", Key: "registry.rule_sex", Example: "性别 男，号码第17位为偶数"},
	{Code: "R105", Key: "registry.rule_name_differs", Example: "号码已登记在另一个姓名之下"},
	{Code: "R106", Key: "registry.rule_id_length", Example: "17位的号码", Faults: []string{"cn.id_length"}},
	{Code: "R107", Key: "registry.rule_id_format", Example: "3299131990O1010010", Faults: []string{"cn.id_format"}},
	{Code: "R108", Key: "registry.rule_id_date", Example: "…19900230…", Faults: []string{"cn.id_date"}},
	{Code: "R109", Key: "registry.rule_id_excel", Example: "3.29913E+17；329913199001010000", Faults: []string{"cn.id_excel", "cn.id_excel_tail"}},
	{Code: "R110", Key: "registry.rule_id_place", Example: "99…；前四位没有这个地市，校验位也不符", Faults: []string{"cn.id_region"}},
	{Code: "R111", Key: "registry.rule_employer", Example: "单位名称 示例厂（没有登记）", Faults: []string{"org.unknown_unit"}},
	{Code: "R112", Key: "registry.rule_employer_scope", Example: "丹阳市总工会的名册中有句容的企业"},
	{Code: "R113", Key: "registry.rule_post", Example: "岗位类别 干部"},
	{Code: "R114", Key: "registry.rule_occupation", Example: "工种 打杂"},
	{Code: "R115", Key: "registry.rule_started", Example: "截至 2023-04-10 的名册中入职日期 2023-05-01"},
	{Code: "R116", Key: "registry.rule_left", Example: "离职日期早于入职日期"},
	{Code: "R117", Key: "registry.rule_phone", Example: "手机号码 1391234"},
	{Code: "R118", Key: "registry.rule_yes_no", Example: "是否工会会员 也许"},
	{Code: "R119", Key: "registry.rule_minor", Example: "15周岁时入职"},
	{Code: "R120", Key: "registry.rule_id_clean", Example: "‘3299…、全角、小写x"},
	{Code: "R121", Key: "registry.rule_level", Example: "技能等级 中级职称"},
	{Code: "R122", Key: "registry.rule_number", Example: "证书编号 12345", Faults: []string{"cn.cert_format", "cn.cert_excel"}},
	{Code: "R123", Key: "registry.rule_number_level", Example: "编号等级位为3，填写四级"},
	{Code: "R124", Key: "registry.rule_number_year", Example: "编号年份21，发证日期 2020-05-20"},
	{Code: "R125", Key: "registry.rule_dates", Example: "发证日期 2023-05-01，截至 2023-04-10"},
	{Code: "R126", Key: "registry.rule_district", Example: "所属地区 某某区"},
	{Code: "R127", Key: "registry.rule_number_taken", Example: "别人名下的证书编号"},
	{Code: "R131", Key: "registry.rule_indicator", Example: "指标 户籍人口"},
	{Code: "R132", Key: "registry.rule_value", Example: "数值 约四十万"},
	{Code: "R141", Key: "registry.rule_kind", Example: "单位类型 公司总部", Faults: []string{"org.kind_unknown"}},
	{Code: "R142", Key: "registry.rule_credit", Example: "末位不符的代码", Faults: []string{"cn.credit_checksum"}},
	{Code: "R143", Key: "registry.rule_credit_warn", Example: "第9至17位自身校验不符"},
	{Code: "R144", Key: "registry.rule_parent", Example: "上级单位 没有登记的名称"},
	{Code: "R145", Key: "registry.rule_industry", Example: "行业代码 9999", Faults: []string{"cn.industry_unknown"}},
	{Code: "R146", Key: "registry.rule_ownership", Example: "经济类型 好企业", Faults: []string{"org.ownership_unknown"}},
	{Code: "R147", Key: "registry.rule_size", Example: "单位规模 巨型", Faults: []string{"org.size_unknown"}},
	{Code: "R148", Key: "registry.rule_org_scope", Example: "丹阳市总工会的名单中有句容的单位"},
	{Code: "R150", Key: "registry.rule_founded", Example: "截至 2023-03-31 的名单中成立日期 2024-01-01"},
	{Code: "R151", Key: "registry.rule_id_15", Example: "15位旧号 → 18位"},
	{Code: "R152", Key: "registry.rule_name_digits", Example: "张三2", Faults: []string{"cn.name_digits"}},
	{Code: "R153", Key: "registry.rule_name_clean", Example: "欧阳　娜 → 欧阳娜"},
	{Code: "R154", Key: "registry.rule_sex_read", Example: "性别 不详"},
	{Code: "R155", Key: "registry.rule_employer_missing", Example: "单位名称和代码都空"},
	{Code: "R156", Key: "registry.rule_employer_ambiguous", Example: "两个单位同名", Faults: []string{"org.ambiguous_unit"}},
	{Code: "R157", Key: "registry.rule_left_after", Example: "截至 2023-04-10 的名册中离职日期 2023-05-01"},
	{Code: "R158", Key: "registry.rule_number_digit", Example: "等级位为6的编号", Faults: []string{"cn.cert_level"}},
	{Code: "R159", Key: "registry.rule_number_province", Example: "省份代码为99的编号"},
	{Code: "R160", Key: "registry.rule_number_local", Example: "RSN3211010012130012…"},
	{Code: "R161", Key: "registry.rule_number_is_id", Example: "T 加身份证号"},
	{Code: "R162", Key: "registry.rule_number_senior", Example: "两个字母的编号，填写高级工"},
	{Code: "R164", Key: "registry.rule_expires", Example: "有效期至早于发证日期"},
	{Code: "R165", Key: "registry.rule_revoked", Example: "撤销日期早于发证日期"},
	{Code: "R166", Key: "registry.rule_record", Example: "3299************16，没有档案编号", Faults: []string{"registry.record_unknown"}},
	{Code: "R168", Key: "registry.rule_unit", Example: "单位 公顷"},
	{Code: "R170", Key: "registry.rule_statistic_future", Example: "截止日期 2099-12-31"},
	{Code: "R171", Key: "registry.rule_credit_length", Example: "17位的代码", Faults: []string{"cn.credit_length"}},
	{Code: "R172", Key: "registry.rule_credit_format", Example: "含字母I、O的代码", Faults: []string{"cn.credit_format"}},
	{Code: "R173", Key: "registry.rule_credit_dept", Example: "首位不是登记部门代码", Faults: []string{"cn.credit_dept"}},
	{Code: "R174", Key: "registry.rule_credit_org", Example: "第9至17位和末位都不符", Faults: []string{"cn.credit_org"}},
	{Code: "R175", Key: "registry.rule_parent_missing", Example: "上级单位（空）"},
	{Code: "R176", Key: "registry.rule_parent_self", Example: "上级单位与单位名称相同"},
	{Code: "R177", Key: "registry.rule_number_paper", Example: "苏技字第89-00123号，发证日期 1989-06-01"},
	{Code: "R178", Key: "registry.rule_level_old", Example: "1989年的技工等级证，技能等级 三级"},
	{Code: "R179", Key: "registry.rule_number_elsewhere", Example: "编号第6、7位为31（上海）"},
	{Code: "R180", Key: "registry.rule_name_signs", Example: "张三、李四；张三(大)", Faults: []string{"cn.name_signs"}},
	{Code: "R181", Key: "registry.rule_industry_ambiguous", Example: "行业代码 03；111"},
	{Code: "R182", Key: "registry.rule_ended", Example: "成立日期 2019-05-01，注销日期 2018-12-31"},
}

// rulesNamed picks rules by their codes.
func rulesNamed(codes ...string) []intake.Rule {
	list := make([]intake.Rule, 0, len(codes))
	for _, code := range codes {
		for _, r := range ruleBook {
			if r.Code == code {
				list = append(list, r)
			}
		}
	}
	return list
}
