package sample

import (
	"time"

	"tuoxing/internal/web/page/errorpage"
	"tuoxing/internal/web/page/intake"
	"tuoxing/internal/web/page/login"
	"tuoxing/internal/web/part"
)

var counts = intake.Counts{Read: 7040, Accepted: 6712, Mended: 254, Refused: 31, Duplicate: 43, Skipped: 6}

func (m maker) importPage(s intake.State) intake.Page {
	return intake.Page{
		Base: m.at("/imports/1"), ID: "1", File: "丹阳市职工花名册.xlsx", Kind: m.w("职工花名册", "Roster"), Unit: "丹阳市总工会",
		By: "李四", At: sealed, SHA256: hash, On: asOf, Full: true, TakesFull: true, Tried: true, State: s, CanApply: true, CanUndo: true, Today: asOf.String(),
	}
}

func (m maker) staged() intake.Page {
	b := m.base
	p := m.importPage(intake.Staged)
	p.Counts, p.Rejects, p.Columns = counts, "/imports/1/rejects", "/imports/1/columns"
	p.Skips = []intake.Skip{{Reason: m.w("合计行", "totals"), Rows: 2}, {Reason: m.w("空行", "blank"), Rows: 4}}
	p.Leavers = &intake.Leavers{Absent: 37, Standing: 7011}
	p.Codes = []intake.Code{{Code: "91329901MA1XYZ0000", Name: "示例光学有限公司", Reason: m.w("校验码应为 K", "the check digit should be K"), Rows: 18}}
	refused, mended, look := b.T("web_intake.tone_refused"), b.T("web_intake.tone_mended"), b.T("web_intake.tone_look")
	id, start, lvl, staff := m.w("身份证号", "ID number"), m.w("入职日期", "Start"), m.w("技能等级", "Skill level"), m.w("在职", "staff")
	p.Rules = []intake.Rule{
		{Code: "R101", Text: m.w("身份证号校验码不符", "The check digit of the ID number is wrong"), Column: id, Tone: part.Bad, ToneWord: refused, Rows: 22},
		{Code: "I002", Text: m.w("日期无法识别", "The date cannot be read"), Column: start, Tone: part.Bad, ToneWord: refused, Rows: 9},
		{Code: "I004", Text: m.w("日期写法已规范", "The spelling of the date was mended"), Column: start, Tone: part.Info, ToneWord: mended, Rows: 254},
		{Code: "R115", Text: m.w("等级与证书名单不一致", "The level differs from the certificate list"), Column: lvl, Tone: part.Warn, ToneWord: look, Rows: 12},
	}
	p.Problems = []intake.Problem{
		{Sheet: staff, Row: 118, Column: id, Rule: "R101", Text: m.w("身份证号最后一位不对，请对照证件重新填写。", "The last digit of the ID number is wrong; compare it with the card."), Tone: part.Bad, ToneWord: refused, Href: "/imports/1/rows/0/118"},
		{Sheet: staff, Row: 203, Column: start, Rule: "I002", Text: m.w("“05/06/2023”可能是 5 月 6 日或 6 月 5 日，请写成 2023-05-06。", "“05/06/2023” may be 5 June or 6 May; write 2023-05-06."), Tone: part.Bad, ToneWord: refused, Href: "/imports/1/rows/0/203"},
		{Sheet: staff, Row: 204, Column: start, Rule: "I004", Text: m.w("“2023.4.5”已改为 2023-04-05。", "“2023.4.5” was taken for 2023-04-05."), Tone: part.Info, ToneWord: mended},
	}
	p.Sheets = []intake.Sheet{{
		Name: staff, Header: 3, Rows: 7040, NotKept: []string{m.w("民族", "ethnicity"), m.w("政治面貌", "politics")}, Unknown: []string{m.w("备注", "remarks")},
		Read:    &intake.Remembered{By: m.w("李四", "Li Si"), At: sealed, Href: "/imports/1/columns"},
		Columns: []part.Pair{{Label: m.w("证件号码", "ID No."), Value: id}, {Label: m.w("入厂时间", "Joined"), Value: start}, {Label: m.w("职业技能等级", "Level"), Value: lvl}},
	}}
	return p
}

func (m maker) imports() []Sample {
	list := intake.ListPage{Base: m.at("/imports"), CanImport: true, CSV: "/imports.csv", XLSX: "/imports.xlsx", Pager: part.Pager{From: 1, To: 7, Total: 7}, Filters: m.filters()}
	list.Columns = intake.ListColumns(m.base)
	for i := range list.Columns {
		if list.Columns[i].Label != m.base.T("web_intake.block") {
			list.Columns[i].Href = "/imports?sort=read"
		}
	}
	list.Sort, list.Columns[3].Dir = "-read", "descending"
	for s := intake.Received; s <= intake.Refused; s++ {
		l := intake.Line{Href: "/imports/1", File: "丹阳市职工花名册.xlsx", Kind: m.w("职工花名册", "Roster"), Unit: "丹阳市总工会", By: "李四", On: asOf, Full: s%2 == 0, TakesFull: true, State: s, Counts: counts, At: sealed}
		if s == intake.Applied {
			l.Block = head
		}
		list.Rows = append(list.Rows, l)
	}
	reading := m.importPage(intake.Staging)
	reading.Work = &part.Work{Label: m.base.T("web_intake.work_reading"), Done: 3120, Total: 7046, Left: 9 * time.Second, Poll: "/imports/1/progress", Counts: intake.CountList(m.base, intake.Counts{Read: 3120, Accepted: 2988, Mended: 101, Refused: 14, Duplicate: 17})}
	waiting := m.importPage(intake.Applying)
	waiting.Work = &part.Work{Label: m.base.T("web_intake.work_applying"), Poll: "/imports/1/progress"}
	absent := m.staged()
	absent.Leavers = &intake.Leavers{Absent: 1630, Standing: 7011, NeedsConfirm: true, Typed: "1600"}
	absent.Faults = []part.Problem{{Name: "confirm_absent", Text: m.w("减少 1,630 人，输入的是 1,600，请核对后重新输入。", "1,630 people are missing; you typed 1,600. Check and type again.")}}
	undone := m.importPage(intake.Undone)
	undone.Counts, undone.Why = counts, m.w("报送了两次", "sent twice")
	failed := m.importPage(intake.Refused)
	failed.Failure, failed.Fix = m.w("没有找到“身份证号”列。", "There is no column for the ID number."), m.w("请在表头行加上“身份证号”后重新上传。", "Add the heading 身份证号 and send the file again.")
	failed.Columns = "/imports/1/columns"
	trial, stale := m.undo(), m.undo()
	trial.Work = &part.Work{Label: m.base.T("web_intake.work_undo_trial"), Poll: "/imports/1/progress?to=undo"}
	stale.Stale, stale.Changes = true, nil
	return []Sample{
		{"imports", "imports", intake.List(list)}, {"imports-empty", "imports, empty", intake.List(intake.ListPage{Base: m.at("/imports"), CanImport: true})},
		{"import-new", "hand in a file", intake.New(m.newImport(nil))},
		{"import-new-problems", "hand in a file, with mistakes", intake.New(m.newImport([]part.Problem{{Name: "file", Text: m.w("请选择文件。", "Choose a file.")}, {Name: "on", Text: m.w("全量导入必须填写截至日期。", "A complete roster needs its day.")}}))},
		{"import-reading", "import, being read", intake.Show(reading)}, {"import-applying", "import, being applied", intake.Show(waiting)},
		{"import-staged", "import, checked", intake.Show(m.staged())}, {"import-absent", "import, many absent", intake.Show(absent)},
		{"import-applied", "import, applied", intake.Show(m.applied())}, {"import-undo", "import, take back", intake.Undo(m.undo())},
		{"import-undo-first", "import, take back, not tried out", intake.Undo(intake.UndoPage{Base: m.at("/imports/1/undo"), ID: "1", File: "a.csv"})},
		{"import-undo-trial", "import, take back, being tried out", intake.Undo(trial)}, {"import-undo-stale", "import, take back, tried long ago", intake.Undo(stale)},
		{"import-take-back", "import, take a decision about a leaver back", intake.TakeBack(m.takeBack(true, nil))},
		{"import-take-back-wrong", "import, take a decision about a leaver back, without a reason", intake.TakeBack(m.takeBack(false, []part.Problem{{Name: "why", Text: m.base.T("registry.reason_needed")}}))},
		{"import-undone", "import, taken back", intake.Show(undone)}, {"import-failed", "import, not readable", intake.Show(failed)},
		{"import-fresh", "import, nothing known yet", intake.Show(intake.Page{Base: m.at("/imports/3"), ID: "3", File: "a.csv"})},
	}
}

func (m maker) applied() intake.Page {
	p := m.importPage(intake.Applied)
	before := m.staged()
	p.Counts, p.Rejects, p.Rules, p.Skips = counts, "/imports/1/rejects", before.Rules, before.Skips
	p.Earlier = &part.Link{Label: "丹阳市职工花名册（3月）.xlsx", Href: "/imports/0"}
	p.Result = &intake.Result{Applied: 6966, Unchanged: 43, Proposed: 37, Facts: 7204, Block: head, Hash: hash, SealedAt: sealed, Changes: []intake.Change{
		{Name: m.w("职工", "Employees"), Href: "/figures/employees", Before: people("697034"), After: people("704000"), Delta: "+6,966"},
		{Name: m.w("产业工人", "Industrial workers"), Href: "/figures/industrial_workers", Before: people("673211"), After: people("680000"), Delta: "+6,789"},
	}}
	p.Leaving = &intake.Leaving{CSV: "/imports/1/leavers.csv", XLSX: "/imports/1/leavers.xlsx", Open: 37, Confirmed: 2, Rejected: 1, Day: asOf.String(), People: []intake.Absent{
		{ID: "4", Name: "赵六", Href: "/workers/4", Employer: "示例光学有限公司"},
		{ID: "5", Name: "钱七", Href: "/workers/5", Employer: "示例电子厂"},
	}, Decided: []intake.Absent{
		{ID: "6", Name: "孙八", Href: "/workers/6", Employer: "示例光学有限公司", State: part.Warn, StateWord: m.base.T("registry.leaver_confirmed"), Back: "/imports/1/leavers/6/take-back"},
		{ID: "7", Name: m.base.T("figure.elsewhere"), Employer: "示例电子厂", State: part.Good, StateWord: m.base.T("registry.leaver_rejected"), Back: "/imports/1/leavers/7/take-back"},
	}}
	return p
}

func (m maker) newImport(ps []part.Problem) intake.NewPage {
	return intake.NewPage{Prefilled: true,
		Base: m.at("/imports/new"), Kind: "roster", On: asOf.String(), MaxBytes: 200 << 20, Unit: "4", Problems: ps,
		Kinds: []part.Option{
			{Value: "organisations", Label: m.w("单位名录", "Organisations"), Help: m.w("单位、信用代码、辖市区、行业", "units, codes, district, industry")},
			{Value: "roster", Label: m.w("职工花名册", "Roster"), Help: m.w("在职职工和岗位", "employees and posts")},
			{Value: "certificates", Label: m.w("证书名单", "Certificates"), Help: m.w("人社部门的技能证书", "from the HR bureau")},
			{Value: "statistics", Label: m.w("统计数据", "Statistics"), Help: m.w("从业人员等外部统计", "outside statistics")},
		},
		Units: []part.Option{{Value: "", Label: m.w("全市", "Whole city")}, {Value: "4", Label: m.base.UnitName("丹阳市总工会")}},
	}
}

func (m maker) undo() intake.UndoPage {
	b := m.base
	return intake.UndoPage{Base: m.at("/imports/1/undo"), ID: "1", File: "丹阳市职工花名册.xlsx", Confirm: 6966, Lines: []string{
		b.T("web_intake.undo_line_rows", "6,966"), b.T("web_intake.undo_line_facts", "14", "7,204"), b.T("web_intake.undo_line_figures"), b.T("web_intake.undo_line_keep"),
	}, Tried: true, Facts: 7204, Changes: []intake.Change{
		{Name: m.w("职工", "Employees"), Href: "/figures/employees", Before: people("704000"), After: people("697034"), Delta: "-6,966"},
		{Name: m.w("产业工人", "Industrial workers"), Href: "/figures/industrial_workers", Before: people("680000"), After: people("673211"), Delta: "-6,789"},
	}}
}

func (m maker) takeBack(left bool, ps []part.Problem) intake.TakeBackPage {
	state := "registry.leaver_rejected"
	if left {
		state = "registry.leaver_confirmed"
	}
	return intake.TakeBackPage{Base: m.at("/imports/1/leavers/6/take-back"), ID: "1", File: "丹阳市职工花名册.xlsx", Name: "孙八", Employer: "示例光学有限公司",
		StateWord: m.base.T(state), Left: left, Problems: ps}
}

// doors are the pages of people who are not logged in, and the errors.
func (m maker) doors() []Sample {
	b := m.at("/login")
	b.Actor, b.Nav, b.Search = part.Actor{}, nil, false
	in := login.Page{Base: b, Back: "/", Hints: []login.Hint{{Label: m.w("市总业务管理员 · 全市", "City administrator · whole city"), User: "city", Password: "example"}, {Label: m.w("辖市（区）总工会 · 丹阳市总工会", "District federation · Danyang"), User: "danyang", Password: "example"}}}
	wrong := login.Page{Base: b, User: "city", Notice: b.T("web_login.ended"), Problems: []part.Problem{{Name: "user", Text: b.T("account.login_failed")}}, Fix: b.T("account.login_failed_fix")}
	home := part.Link{Label: b.T("web_error.home"), Href: "/"}
	all := []Sample{{"login", "login", login.Show(in)}, {"login-wrong", "login, wrong", login.Show(wrong)}}
	for _, e := range []struct {
		path, key, fix string
		status         int
	}{
		{"403", "web_error.cross_origin", "web_error.cross_origin_fix", 403}, {"404", "web_error.not_found", "web_error.not_found_fix", 404},
		{"409", "fault.conflict", "", 409}, {"422", "web_error.form", "", 422}, {"500", "fault.internal", "fault.internal_fix", 500},
	} {
		p := errorpage.Page{Base: m.at("/x"), Status: e.status, Sentence: b.T(e.key), Back: home}
		if e.fix != "" {
			p.Fix = b.T(e.fix)
		}
		all = append(all, Sample{"error-" + e.path, "error " + e.path, errorpage.Show(p)})
	}
	first := login.ChangePage{Base: m.at("/password"), User: "city", First: true, Problems: []part.Problem{{Name: "again", Text: b.T("web_login.again_wrong")}}}
	all = append(all, Sample{"password", "change the password", login.Change(login.ChangePage{Base: m.at("/password"), User: "city"})}, Sample{"password-first", "change the given password", login.Change(first)})
	outside := errorpage.Page{Base: b, Status: 413, Sentence: b.T("web_error.too_large", 200), Fix: b.T("web_error.too_large_fix"), Back: part.Link{Label: b.T("web_error.login"), Href: "/login"}}
	return append(all, Sample{"error-413", "error 413, not logged in", errorpage.Show(outside)})
}
