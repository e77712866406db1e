package registry

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"slices"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
	"tuoxing/internal/org"
)

// The canonical columns of people's sheets.
const (
	colName       = "name"
	colID         = "id_number"
	colSex        = "sex"
	colEmployer   = "employer"
	colCode       = "employer_code"
	colPost       = "post"
	colOccupation = "occupation"
	colStarted    = "started_on"
	colLeft       = "left_on"
	colPhone      = "phone"
	colMember     = "member"
	colMain       = "main"
)

var (
	nameColumn = intake.Column{Name: colName, Title: "姓名", Synonyms: []string{"姓名", "职工姓名", "员工姓名", "学员姓名", "竞赛选手姓名"}, Required: true, Personal: true}
	idColumn   = intake.Column{Name: colID, Title: "身份证号", Synonyms: []string{"身份证号", "身份证号码", "公民身份号码", "证件号码", "证件号", "身份证号码(18位)", "身份证"}, Required: true, Personal: true}
	sexColumn  = intake.Column{Name: colSex, Title: "性别", Synonyms: []string{"性别"}}
)

// RosterTarget takes in rosters of employees (职工花名册): who is employed where on a day.
func (s *Service) RosterTarget() *intake.Target {
	return &intake.Target{
		Kind: "roster", Person: true, NeedsDate: true, TakesFull: true,
		Columns: []intake.Column{
			nameColumn, idColumn, sexColumn,
			{Name: colEmployer, Title: "单位名称", Synonyms: []string{"单位名称", "工作单位", "所在单位", "单位", "用人单位", "企业名称"}},
			{Name: colCode, Title: "统一社会信用代码", Synonyms: []string{"统一社会信用代码", "单位信用代码", "信用代码", "社会信用代码"}},
			{Name: colPost, Title: "岗位类别", Synonyms: []string{"岗位类别", "岗位类型", "岗位性质"}, Required: true},
			{Name: colOccupation, Title: "工种", Synonyms: []string{"工种", "职业(工种)", "职业工种", "工种(岗位)", "职业名称", "职业"}},
			{Name: colStarted, Title: "入职日期", Synonyms: []string{"入职日期", "入职时间", "入厂时间", "进厂时间", "参加本单位工作时间"}},
			{Name: colLeft, Title: "离职日期", Synonyms: []string{"离职日期", "离职时间"}},
			{Name: colPhone, Title: "手机号码", Synonyms: []string{"手机号码", "手机号", "联系电话", "移动电话", "手机", "联系方式"}, Personal: true},
			{Name: colMember, Title: "是否工会会员", Synonyms: []string{"是否工会会员", "工会会员", "是否会员", "会员"}},
			{Name: colMain, Title: "是否主要用人单位", Synonyms: []string{"是否主要用人单位", "主要单位"}},
			recordColumn,
		},
		Rules:   rosterRules,
		Prepare: s.prepareRoster,
		Apply:   s.applyRoster,
		Undo:    s.undoPeople,
	}
}

// personCodes are the rules of the columns that say who a row is about.
var personCodes = []string{"R101", "R102", "R103", "R104", "R105", "R106", "R107", "R108", "R109", "R110", "R120", "R151", "R152", "R153", "R154", "R166", "R180"}

var rosterRules = rulesNamed(append(slices.Clone(personCodes), "R111", "R112", "R113", "R114", "R115", "R116", "R117", "R118", "R119", "R155", "R156", "R157")...)

func (s *Service) prepareRoster(ctx context.Context, tx *db.Tx, imp *intake.Import) (func(*intake.Row), error) {
	tree, err := s.Org.Tree(ctx, tx)
	if err != nil {
		return nil, err
	}
	people, err := s.knownPeople(ctx, tx, tree, unitOf(imp))
	if err != nil {
		return nil, err
	}
	return func(r *intake.Row) {
		people.checkPerson(r, imp)
		checkEmployer(r, imp, tree)
		checkPost(r)
		checkOccupation(r)
		checkSpell(r, imp)
		people.unmaskPhone(r)
		checkPhone(r)
		checkYesNo(r, colMember)
		checkYesNo(r, colMain)
		people.remember(r)
		r.Key(r.Get(colID), r.Get(colCode), r.Get(colEmployer))
	}, nil
}

// checkEmployer finds the employer by credit code, or by name, within the sender's subtree.
func checkEmployer(r *intake.Row, imp *intake.Import, tree *org.Tree) {
	text, col := r.Get(colCode), colCode
	if text == "" {
		text, col = r.Get(colEmployer), colEmployer
	}
	if text == "" {
		r.Refuse("R155", colEmployer, "registry.employer_missing")
		return
	}
	unit, err := tree.Find(text)
	if err != nil {
		r.RefuseFault("R111", col, err)
		return
	}
	if !within(tree, unit, org.UnitID(imp.Unit)) {
		r.Refuse("R112", col, "registry.employer_outside")
		return
	}
	r.Set(colEmployer, tree.Name(unit, imp.AsOf))
	r.Set(colCode, tree.Code(unit))
}

// within reports whether a unit lies in today's subtree of another; 0 is the whole city.
func within(tree *org.Tree, unit, top org.UnitID) bool {
	if top == 0 {
		return true
	}
	lo, hi := tree.Range(top)
	at, _ := tree.Range(unit)
	return lo <= at && at <= hi
}

var posts = map[string]Post{
	"生产操作": Production, "生产": Production, "操作": Production, "一线生产": Production, "生产一线": Production, "生产操作岗": Production, "production": Production,
	"技术": Technical, "技术岗": Technical, "专业技术": Technical, "工程技术": Technical, "technical": Technical,
	"服务": ServicePost, "服务岗": ServicePost, "一线服务": ServicePost, "service": ServicePost,
	"管理": Management, "管理岗": Management, "行政管理": Management, "management": Management,
	"其他": OtherPost, "其它": OtherPost, "后勤": OtherPost, "other": OtherPost,
}

var postWords = map[Post]string{Production: "production", Technical: "technical", ServicePost: "service", Management: "management", OtherPost: "other"}

// String gives the stable name of the kind of post.
func (p Post) String() string { return postWords[p] }

func checkPost(r *intake.Row) {
	text := r.Get(colPost)
	if text == "" {
		return
	}
	p, ok := posts[cn.Fold(text)]
	if !ok {
		r.Refuse("R113", colPost, "registry.post_unknown", text)
		return
	}
	r.Set(colPost, p.String())
}

// checkOccupation keeps an unknown trade out of the figures and the person in: it is only a warning.
func checkOccupation(r *intake.Row) {
	text := r.Get(colOccupation)
	if text == "" {
		return
	}
	code, err := cn.ParseOccupation(text)
	if err != nil {
		r.Warn("R114", colOccupation, "registry.occupation_unknown", text)
		r.Set(colOccupation, "")
		return
	}
	r.Set(colOccupation, cn.OccupationCode(code))
}

// minAge is the age under which nobody may be employed (劳动法 art. 15).
const minAge = 16

func checkSpell(r *intake.Row, imp *intake.Import) {
	started, _, ok := r.Day(colStarted)
	if ok && started > imp.AsOf {
		r.Refuse("R115", colStarted, "registry.started_after", imp.AsOf.String())
	}
	if id, err := cn.ParseID(r.Get(colID), imp.AsOf); err == nil && birthMonth(id) != 0 {
		first := id.Birth.AddMonths(12 * minAge)
		if (ok && started < first) || imp.AsOf < first {
			r.Refuse("R119", colStarted, "registry.under_age", minAge)
		}
	}
	left, _, gone := r.Day(colLeft)
	switch {
	case gone && left > imp.AsOf:
		r.Refuse("R157", colLeft, "registry.left_after", imp.AsOf.String())
	case gone && ok && left <= started:
		r.Refuse("R116", colLeft, "registry.left_wrong")
	}
}

func checkPhone(r *intake.Row) {
	text := r.Get(colPhone)
	if text == "" {
		return
	}
	phone, err := cn.ParsePhone(text)
	if err != nil {
		// A wrong phone number keeps nobody out of the figures.
		r.Note("R117", colPhone, "registry.phone_dropped")
		r.Set(colPhone, "")
		return
	}
	r.Set(colPhone, phone)
}

func checkYesNo(r *intake.Row, col string) {
	switch cn.Fold(r.Get(col)) {
	case "", "—", "-":
		r.Set(col, "")
	case "是", "会员", "y", "yes", "1", "true", "√", "已入会":
		r.Set(col, "yes")
	case "否", "非会员", "n", "no", "0", "false", "×", "未入会", "不是":
		r.Set(col, "no")
	default:
		r.Refuse("R118", col, "registry.yes_no")
	}
}

// applyRoster enters the rows: people found or made, employments added, cells kept under each
// person's key. A row that changes no timeline is a confirmation.
func (s *Service) applyRoster(ctx context.Context, tx *db.Tx, imp *intake.Import, rows iter.Seq2[*intake.Row, error]) (intake.Outcome, error) {
	tree, err := s.Org.Tree(ctx, tx)
	if err != nil {
		return intake.Outcome{}, err
	}
	a, err := s.arrive(ctx, tx, imp)
	if err != nil {
		return intake.Outcome{}, err
	}
	sender := senderOf(tree, imp)
	a.phone = func(r *intake.Row) string { return r.Get(colPhone) }
	a.say = func(m *mention) (err error) {
		m.job, err = employmentOf(tx, imp, tree, sender, m)
		return err
	}
	a.add = func(m *mention, src *Sources) {
		m.job.Lent = m.worker != src.Worker
		before := jobsAt(src, m.job.Employer, a.world.order)
		src.Employment = append(src.Employment, m.job)
		m.differs = !slices.Equal(before, jobsAt(src, m.job.Employer, a.world.order))
	}
	a.write = func(ctx context.Context, list []*mention) error {
		employments := make([][]any, len(list))
		for i, m := range list {
			employments[i] = append(m.job.fields(m.worker), blob(m.called))
		}
		if _, err := tx.Bulk(ctx, "registry_employment", rosterColumns, rowsOf(employments)); err != nil {
			return fmt.Errorf("enter employments: %w", err)
		}
		return nil
	}
	if err := a.run(ctx, rows, "registry_employment"); err != nil || !imp.Full {
		return a.out, err
	}
	a.out.Standing, a.out.Proposed, err = s.proposeLeavers(ctx, tx, imp, tree, a.seen)
	return a.out, err
}

func employmentOf(tx *db.Tx, imp *intake.Import, tree *org.Tree, sender SourceKind, m *mention) (EmploymentRow, error) {
	r := m.row
	text := r.Get(colCode)
	if text == "" {
		text = r.Get(colEmployer)
	}
	unit, err := tree.Find(text)
	if err != nil {
		return EmploymentRow{}, fault.New(fault.Conflict, "registry.employer_gone", r.Line.Row())
	}
	var occupation int32
	if text := r.Get(colOccupation); text != "" {
		if occupation, err = cn.ParseOccupation(text); err != nil {
			return EmploymentRow{}, err
		}
	}
	e := EmploymentRow{
		ID: m.source, Employer: unit, AsOf: imp.AsOf, Post: posts[cn.Fold(r.Get(colPost))], Occupation: occupation,
		Member: r.Get(colMember) == "yes", Main: r.Get(colMain) == "yes", Sex: Sex(m.id.Sex), Birth: birthMonth(m.id),
		Import: int64(imp.ID), Line: r.Line, RecordedAt: tx.Now(), Sender: sender,
	}
	if sx, ok := sexNamed(r.Get(colSex)); ok && e.Sex == 0 {
		e.Sex = Sex(sx)
	}
	if e.StartedOn, err = dayCell(r, colStarted); err != nil {
		return e, err
	}
	e.LeftOn, err = dayCell(r, colLeft)
	return e, err
}

// dayCell reads a day that checking has normalised.
func dayCell(r *intake.Row, col string) (sql.Null[date.Day], error) {
	if r.Get(col) == "" {
		return sql.Null[date.Day]{}, nil
	}
	d, err := date.Parse(r.Get(col))
	return sql.Null[date.Day]{V: d, Valid: err == nil}, err
}

var employmentColumns = []string{"worker_id", "id", "employer_id", "as_of", "started_on", "left_on", "post", "occupation", "member", "main",
	"sex", "birth_month", "import_id", "line", "recorded_at", "sender"}

// rosterColumns are those of a row of a sheet, which may state a phone number.
var rosterColumns = append(slices.Clone(employmentColumns), "phone_sealed")

func (r *EmploymentRow) fields(w WorkerID) []any {
	return append(make([]any, 0, len(rosterColumns)), int64(w), r.ID, int64(r.Employer), r.AsOf, r.StartedOn, r.LeftOn, int64(r.Post), int64(r.Occupation), r.Member, r.Main,
		int64(r.Sex), int64(r.Birth), r.Import, int64(r.Line), db.At(r.RecordedAt), int64(r.Sender))
}

// undoPeople withdraws the rows that an import brought. What other rows say of the same people
// comes into force again when the timelines are computed.
func (s *Service) undoPeople(ctx context.Context, tx *db.Tx, imp *intake.Import, _ string) error {
	var workers []WorkerID
	for _, table := range []string{"registry_employment", "registry_certificate", "registry_claim"} {
		err := tx.Query(ctx, `SELECT DISTINCT worker_id FROM `+table+` WHERE import_id = $1 AND withdrawn_at IS NULL`, []any{int64(imp.ID)}, func(row db.Scanner) error {
			var w WorkerID
			err := row.Scan(&w)
			workers = append(workers, w)
			return err
		})
		if err != nil {
			return fmt.Errorf("find rows of the import: %w", err)
		}
		if _, err := tx.Exec(ctx, `UPDATE `+table+` SET withdrawn_at = $2 WHERE import_id = $1 AND withdrawn_at IS NULL`, int64(imp.ID), db.At(tx.Now())); err != nil {
			return fmt.Errorf("withdraw rows: %w", err)
		}
	}
	if err := restorePhones(ctx, tx, imp.ID); err != nil {
		return err
	}
	if err := freeNumbers(ctx, tx, imp.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM registry_leaver WHERE import_id = $1`, int64(imp.ID)); err != nil {
		return fmt.Errorf("drop proposals: %w", err)
	}
	s.touch(tx, imp.By, workers...)
	return nil
}
