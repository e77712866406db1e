package sample

import (
	"tuoxing/internal/date"
	"tuoxing/internal/registry"
	"tuoxing/internal/web/page/worker"
	"tuoxing/internal/web/part"
)

func (m maker) workers() []Sample {
	list := worker.ListPage{
		Base: m.at("/workers"), Total: 238600, Filters: m.filters(), CSV: "/workers.csv", XLSX: "/workers.xlsx", Out: "/workers/export?district=321181",
		Chips:   []part.Chip{{Label: m.base.T("web.district"), Value: m.w("丹阳市", "Danyang"), Remove: "/workers"}, {Label: m.base.T("web.sort"), Value: m.base.T("web.person") + " " + m.base.T("web.sort_up"), Remove: "/workers"}},
		Columns: m.workerColumns(), Picker: picker(m.base, registry.WorkerColumns), Pager: part.Pager{From: 21, To: 40, Total: 238600, First: "/workers", Next: "/workers?after=40"},
	}
	names := []string{"张三", "李四", "王五", "赵六", "买买提·示例"}
	for i := range 20 {
		n := names[i%len(names)]
		list.Rows = append(list.Rows, worker.Row{
			Href: "/workers/1", Name: n, Sex: m.w("女", "female"), Age: 24 + i, Employer: "示例光学有限公司",
			District: m.w("丹阳市", "Danyang"), Rank: m.w("中级工", "level 4"), Class: m.w("产业工人", "industrial worker"),
		})
	}
	list.Rows[3].Age, list.Rows[3].Rank, list.Rows[3].Class = -1, "", ""
	none := worker.ListPage{Base: m.at("/workers"), Query: m.w("张三丰", "nobody"), Filters: m.filters(), Columns: m.workerColumns(), Picker: picker(m.base, registry.WorkerColumns)}
	shown := m.worker()
	shown.Masked[0].Shown = "329901199001010010"
	return []Sample{
		{"workers", "worker list", worker.List(list)}, {"workers-empty", "worker list, empty", worker.List(none)},
		{"workers-out", "worker list given out, purpose missing", worker.Out(m.out(worker.OutPage{Numbers: "full", Full: true, Total: 238600, Chips: []part.Chip{{Label: m.base.T("web.district"), Value: m.w("丹阳市", "Danyang")}}, Problems: []part.Problem{{Name: "why", Text: m.base.T("registry.why_needed")}}}))},
		{"workers-out-empty", "worker list given out, without the right to numbers", worker.Out(m.out(worker.OutPage{}))},
		{"worker", "worker file", worker.Show(m.worker())}, {"worker-shown", "worker file, ID number shown", worker.Show(shown)},
		{"certificate", "certificate with what used it", worker.Certificate(m.certificate(false))}, {"certificate-revoked", "certificate, revoked", worker.Certificate(m.certificate(true))},
		{"certificate-empty", "certificate that nothing used", worker.Certificate(worker.CertificatePage{Base: m.at("/workers/2/certificates/9"), ID: "2", Name: "赵六", Paper: m.worker().Papers[1]})},
		{"worker-erased", "worker file, erased", worker.Show(m.erased())}, {"worker-erase", "question before an erasure", worker.Erase(m.erase(false))},
		{"worker-erase-refused", "question before an erasure, refused", worker.Erase(m.erase(true))},
		{"worker-empty", "worker file, nothing known", worker.Show(worker.Page{Base: m.at("/workers/2"), ID: "2", Name: "赵六", Sex: m.w("男", "male")})},
	}
}

func (m maker) certificate(revoked bool) worker.CertificatePage {
	b, w := m.base, m.worker()
	danyang := m.w("丹阳市", "Danyang")
	p := worker.CertificatePage{
		Base: m.at("/workers/1/certificates/7"), ID: "1", Name: w.Name, Paper: w.Papers[0],
		Facts: []part.Pair{{Label: b.T("web_worker.paper_number"), Value: "S000**************0017"}, {Label: b.T("web_worker.issued"), Value: b.DayShort(w.Papers[0].On)}, {Label: b.T("web_worker.expires"), Value: b.DayShort(date.Forever)}},
		Counts: []worker.Counted{
			{Figure: m.w("累计培育高技能人才", "Highly skilled workers ever certified"), Href: "/figures/highly_skilled_ever?on=2023-04-10", District: danyang, By: "+1", From: date.Of(2022, 11, 20), To: date.Forever, State: part.Good, StateWord: b.T("web_worker.counts")},
			{Figure: m.w("现有高技能人才", "Highly skilled workers"), Href: "/figures/highly_skilled?on=2023-04-10", District: danyang, By: "+1", From: date.Of(2022, 11, 20), To: date.Forever, State: part.Good, StateWord: b.T("web_worker.counts")},
		},
		Rests: []worker.Rest{{Place: "9-41", On: date.Of(2022, 11, 20), Quantity: "+1", What: m.w("晋级 · 高级工", "risen · level 3"), State: part.Good, StateWord: b.T("web_worker.fact_stands"), Source: w.Papers[0].Source}},
		Uses:  []part.Pair{{Label: m.w("晋级", "Promotion"), Value: m.w("2023 年晋级认定", "Promotion of 2023")}},
		Form: &part.Harm{Action: "/workers/1/certificates/7/revoke", Title: b.T("web_worker.revoke_title"), Button: b.T("web_worker.revoke"), Back: "/workers/1",
			Lines:   []string{b.T("web_worker.revoke_facts", b.Int(2)), b.T("web_worker.revoke_figures", b.Int(2)), b.T("web_worker.revoke_uses", b.Int(1)), b.T("web_worker.revoke_undo")},
			Reason:  &part.Field{Name: "why", Label: b.T("web_worker.revoke_why"), Required: true},
			Confirm: &part.Field{Name: "on", Type: "date", Label: b.T("web_worker.revoked_on"), Help: b.T("web_worker.revoke_on_help"), Required: true}},
	}
	if revoked {
		p.Paper.State, p.Paper.StateWord = part.Bad, b.T("registry.validity_revoked")
		p.Counts[1].State, p.Counts[1].StateWord, p.Rests[0].State, p.Rests[0].StateWord = part.Bad, b.T("web_worker.counts_no_more"), part.Bad, b.T("web_worker.fact_taken")
		p.Form = &part.Harm{Action: "/workers/1/certificates/7/restore", Title: b.T("web_worker.restore_title"), Button: b.T("web_worker.restore"), Back: "/workers/1", Lines: []string{b.T("web_worker.restore_figures", b.Int(1)), b.T("web_worker.revoke_kept")}, Reason: p.Form.Reason}
	}
	return p
}

func (m maker) erased() worker.Page {
	p := m.worker()
	p.Name, p.Erased, p.Erase, p.Masked = m.base.T("web_worker.erased"), true, "", nil
	for i := range p.Papers {
		p.Papers[i].Number = ""
	}
	return p
}

func (m maker) erase(refused bool) worker.ErasePage {
	b := m.base
	p := worker.ErasePage{Base: m.at("/workers/1/erase"), ID: "1", Lines: []string{
		b.T("web_worker.erase_key"), b.T("web_worker.erase_numbers", b.Int(2)), b.T("web_worker.erase_cells", b.Int(3)),
		b.T("web_worker.erase_files", b.Int(4)), b.T("web_worker.erase_facts", b.Int(12)), b.T("web_worker.erase_again"),
	}}
	if refused {
		p.Problems = []part.Problem{{Name: "why", Text: b.T("registry.why_needed")}}
	}
	return p
}

func (m maker) filters() []part.Field {
	all := part.Option{Value: "", Label: m.base.T("web.all")}
	return []part.Field{
		{Name: "district", Label: m.base.T("web.district"), Value: "4", Options: []part.Option{all, {Value: "1", Label: m.w("京口区", "Jingkou")}, {Value: "4", Label: m.w("丹阳市", "Danyang")}}},
		{Name: "rank", Label: m.base.T("web.rank"), Options: []part.Option{all, {Value: "4", Label: m.w("高级工", "level 3")}}},
	}
}

func (m maker) out(p worker.OutPage) worker.OutPage {
	p.Base, p.Back, p.Format = m.at("/workers/export"), "/workers", "xlsx"
	return p
}

func (m maker) workerColumns() []part.Column {
	cols := part.Headings(m.base, registry.WorkerColumns.All.Pick(registry.WorkerColumns.All.Usual()))
	cols[0].Href, cols[0].Dir, cols[2].Href = "/workers?sort=-name", "ascending", "/workers?sort=age"
	return cols
}

func (m maker) worker() worker.Page {
	b := m.base
	roster := part.Source{File: "丹阳市职工花名册.xlsx", Sheet: m.w("在职", "staff"), Row: 23, Href: "/imports/1/rows/0/23"}
	papers := part.Source{File: "技能证书名单.csv", Sheet: "1", Row: 1187, Href: "/imports/2/rows/0/1187"}
	optics := b.UnitName("示例光学有限公司")
	return worker.Page{
		Base: m.at("/workers/1"), ID: "1", Erase: "/workers/1/erase", Name: "王五", Sex: m.w("女", "female"), Birth: b.Month(date.MonthOf(1990, 1)), Rank: m.w("高级工（三级）", "level 3"), Class: m.w("产业工人", "industrial worker"),
		Facts: []part.Pair{
			{Label: b.T("web.employer"), Value: optics}, {Label: b.T("web_worker.post"), Value: m.w("生产操作", "production")},
			{Label: b.T("web.district"), Value: m.w("丹阳市", "Danyang")}, {Label: b.T("web_worker.membership"), Value: m.w("2021-05-01 起", "since 2021-05-01")},
		},
		Masked: []part.Masked{
			{Label: b.T("web_worker.id_number"), Name: "id_number", Hidden: "3299**********0010", Action: "/workers/1/show"},
			{Label: b.T("web_worker.phone"), Name: "phone", Hidden: "138****0000", Action: "/workers/1/show"},
		},
		Papers: []worker.Paper{
			{Number: "S000032990010230000017", Occupation: m.w("眼镜验光师", "Optometrist"), Rank: m.w("高级工（三级）", "level 3"), Issuer: "示例技师学院", On: date.Of(2022, 11, 20), Until: date.Forever, State: part.Good, StateWord: m.w("有效", "valid"), Source: papers},
			{Number: "1932990010400123", Occupation: m.w("眼镜定配工", "Optician"), Rank: m.w("中级工（四级）", "level 4"), Issuer: "示例鉴定中心", On: date.Of(2018, 6, 2), Until: date.Of(2021, 6, 1), State: part.Warn, StateWord: m.w("已过期", "expired"), Source: papers},
		},
		Employment: []worker.Employment{
			{Employer: "示例光学有限公司", Post: m.w("生产操作", "production"), From: date.Of(2021, 3, 1), To: date.Forever, Main: true, Source: roster},
			{Employer: "示例镜片厂", Post: m.w("质检", "inspection"), From: date.Of(2014, 7, 1), To: date.Of(2021, 2, 28), Source: roster},
		},
		Conflicts: []part.Link{{Label: m.w("同一单位的岗位情况说法不同（待定）", "Two accounts of the post at one employer (open)"), Href: "/conflicts/1.job_differs.2"}},
		Fields: []worker.Field{
			{Label: b.T("web_worker.field_sex"), Said: worker.Said{Value: m.w("女", "female"), Kind: b.T("registry.source_id_number"), AsOf: b.T("web_conflict.as_of", "2023-04-10"), Source: roster}},
			{Label: b.T("web_worker.field_employer"), Said: worker.Said{Value: b.T("web_conflict.employed", optics, "2021-03-01"), Kind: b.T("registry.source_enterprise"), AsOf: b.T("web_conflict.as_of", "2023-04-10"), Source: roster}},
			{Label: b.T("web_worker.field_post"), Said: worker.Said{Value: m.w("生产操作", "production"), Kind: b.T("registry.source_enterprise"), AsOf: b.T("web_conflict.as_of", "2023-04-10"), Source: roster},
				Also: []worker.Said{{Value: m.w("管理", "management"), Kind: b.T("registry.source_district"), AsOf: b.T("web_conflict.as_of", "2023-03-31"), Source: papers}}},
		},
		Timeline: []part.Entry{
			{On: date.Of(2022, 11, 20), Icon: "trending-up", Title: m.w("晋级：中级工 → 高级工", "Risen: level 4 → level 3"), Text: m.w("眼镜验光师", "Optometrist"), From: papers, Block: 9},
			{On: date.Of(2021, 3, 1), Icon: "building", Title: m.w("调动：示例镜片厂 → 示例光学有限公司", "Moved: Shili Lens Works → Shili Optics Ltd"), From: roster, Block: 4},
			{On: date.Of(2019, 1, 1), Icon: "building", Title: m.w("调动：示例镜片厂 → 示例电子厂", "Moved: Shili Lens Works → Shili Electronics"), Text: m.w("导入有误", "wrong import"), From: roster, Block: 2, Taken: true},
			{On: date.Of(2014, 7, 1), Icon: "user", Title: m.w("新增：示例镜片厂", "New: Shili Lens Works"), Block: 1},
		},
	}
}
