package sample

import "tuoxing/internal/web/page/purpose"

func (m maker) purposes() []Sample {
	p := purpose.Page{Base: m.at("/purposes"), NoPurpose: []string{"民族", "政治面貌", "婚姻", "住址", "健康"},
		Fields: []purpose.Field{
			{Title: m.w("姓名", "Name"), Purpose: m.w("识别职工本人，核对花名册与证书；按姓名、拼音和首字母查找", "To tell whose file it is, to compare rosters with certificates, and to search by name, pinyin and initials"),
				Basis:   m.w("个人信息保护法第十三条第一款第三项（履行工会法定职责所必需）", "PIPL article 13 (1)(3): needed for the statutory duties of the union"),
				Viewers: []string{m.base.T("account.role.city"), m.base.T("account.role.district"), m.base.T("account.role.enterprise_union")}, Retention: m.w("至本人申请注销", "Until the person asks for erasure"),
				Stored: []string{"registry_worker: name, name_fold, pinyin_fold"}},
			{Title: m.w("身份证号", "ID number"), Purpose: m.w("同一人只建一份档案、只计一次", "One file per person, counted once"), Basis: m.w("个人信息保护法第二十八条", "PIPL article 28"),
				Viewers: []string{m.base.T("account.role.city")}, Retention: m.w("至本人申请注销", "Until the person asks for erasure"), Stored: []string{"registry_worker: id_sealed", "registry_number: number_index"}},
		},
		Technical: []purpose.Technical{{Why: m.w("档案编号、行号和版本号", "Ids and versions"), Columns: []string{"*: worker_id, id, version"}}}}
	return []Sample{{"purposes", "purpose register", purpose.Show(p)}, {"purposes-empty", "purpose register, empty", purpose.Show(purpose.Page{Base: m.at("/purposes")})}}
}
