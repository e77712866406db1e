package registry

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
	"tuoxing/internal/ledger"
	"tuoxing/internal/locale"
	"tuoxing/internal/org"
	"tuoxing/internal/testkit"
	"tuoxing/internal/vault"
)

// desk takes files in over the small city, as the server does.
type desk struct {
	*town
	intake *intake.Service
}

// everyone may see and send everything.
var everyone = intake.Trusted(7)

func newDesk(t testing.TB) *desk {
	t.Helper()
	d := &desk{town: newTown(t)}
	dir := t.TempDir()
	v, err := vault.OpenOrCreate(filepath.Join(dir, "key.json"), testkit.Start)
	must(t, err)
	files, err := vault.NewStore(filepath.Join(dir, "files"))
	must(t, err)
	d.svc.Vault = v
	d.intake = &intake.Service{DB: d.svc.DB, Vault: v, Files: files, Audit: audit.Add, Targets: map[string]*intake.Target{}}
	for _, target := range []*intake.Target{d.svc.RosterTarget(), d.svc.CertificatesTarget(), d.svc.StatisticsTarget(), d.svc.OrganisationsTarget()} {
		d.intake.Targets[target.Kind] = target
	}
	return d
}

// cells is one row: the text under each column that is filled.
type cells map[string]string

// csv writes rows under the titles of the target's columns.
func csv(target *intake.Target, rows []cells) string {
	var b strings.Builder
	line := func(text func(c intake.Column) string) {
		list := make([]string, len(target.Columns))
		for i, c := range target.Columns {
			list[i] = text(c)
		}
		b.WriteString(strings.Join(list, ",") + "\n")
	}
	line(func(c intake.Column) string { return c.Title })
	for _, r := range rows {
		line(func(c intake.Column) string { return r[c.Name] })
	}
	return b.String()
}

// stage sends rows and has them checked.
func (d *desk) stage(opt intake.Options, rows ...cells) intake.Report {
	d.t.Helper()
	target := d.intake.Targets[opt.Kind]
	if opt.AsOf == 0 && target.NeedsDate {
		opt.AsOf = day("2023-03-31")
	}
	id, err := d.intake.Receive(d.t.Context(), everyone, opt.Kind+".csv", strings.NewReader(csv(target, rows)), opt)
	must(d.t, err)
	rep, err := d.intake.Stage(d.t.Context(), everyone, id)
	must(d.t, err)
	return rep
}

// send stages and applies rows.
func (d *desk) send(opt intake.Options, rows ...cells) intake.Report {
	d.t.Helper()
	rep := d.stage(opt, rows...)
	rep, err := d.intake.Apply(d.t.Context(), everyone, rep.ID)
	must(d.t, err)
	return rep
}

// idOf makes a number with a right check digit in a division that was never issued. An odd seq is male.
func idOf(birth string, seq int) string { return numberIn("329901", birth, seq) }

func numberIn(division, birth string, seq int) string {
	n := division + birth + fmt.Sprintf("%03d", seq)
	return n + string(cn.IDCheckChar(n))
}

// certificateNumber makes a number of the form Y…, of a year and a printed level 5–1.
func certificateNumber(year, level, serial int) string {
	return fmt.Sprintf("Y000032000000%02d%d%06d", year%100, level, serial)
}

// creditCode makes a code whose outer check character is right; the inner one is as given.
func creditCode(org9 string) string {
	n := "91329900" + org9
	return n + string(cn.CreditCheckChar(n))
}

func with(base, changes cells) cells {
	out := cells{}
	for _, m := range []cells{base, changes} {
		for k, v := range m {
			out[k] = v
		}
	}
	return out
}

// rowOf are rows that nothing is wrong with but the region code of the number, which was never issued.
func rowOf(kind string) cells {
	person := cells{colName: "王小明", colID: idOf("19900101", 11)}
	switch kind {
	case "roster":
		return with(person, cells{colEmployer: "光学厂", colPost: "生产操作"})
	case "certificates":
		return with(person, cells{colLevel: "高级工", colNumber: certificateNumber(2022, 3, 1), colIssued: "2022-05-01", colDistrict: "丹阳市"})
	case "statistics":
		return cells{colIndicator: "从业人员", colDistrict: "丹阳市", colAsOf: "2022-12-31", colValue: "1000", colSource: "统计年鉴"}
	}
	return cells{colName: "新厂", colKind: "企业", colParent: "丹阳市总工会"}
}

// ruleCase is what makes a rule speak, and what comes near and does not.
type ruleCase struct {
	kind  string
	rule  string
	grade intake.Grade
	opt   intake.Options
	bad   []cells // changes to rowOf, a row each
	good  []cells
}

func ruleCases() []ruleCase {
	const refuse, mend, warn = intake.GradeRefuse, intake.GradeMend, intake.GradeWarn
	ofDanyang := intake.Options{Unit: int64(unitDanyang)}
	minor, grown := idOf("20080501", 11), idOf("20070331", 11)
	spoiltID := numberIn("321181", "19900101", 11)
	spoiltID = spoiltID[:17] + string('0'+(spoiltID[17]%10+1)%10)
	var list []ruleCase
	for _, kind := range []string{"roster", "certificates"} {
		list = append(list,
			ruleCase{kind: kind, rule: "R152", grade: refuse, bad: []cells{{colName: "王小明2"}}, good: []cells{{colName: "王小明"}}},
			ruleCase{kind: kind, rule: "R152", grade: refuse, bad: []cells{{colName: "王小明２"}}, good: []cells{{colName: "王〇"}}},
			ruleCase{kind: kind, rule: "R180", grade: refuse, bad: []cells{{colName: "王小明、李四"}}, good: []cells{{colName: "买买提·艾力"}}},
			ruleCase{kind: kind, rule: "R101", grade: refuse, bad: []cells{{colName: "王"}}, good: []cells{{colName: "王明"}}},
			ruleCase{kind: kind, rule: "R153", grade: mend, bad: []cells{{colName: "王 小明"}}, good: []cells{{colName: "John Smith"}}},
			ruleCase{kind: kind, rule: "R102", grade: refuse, bad: []cells{{colID: spoiltID}}, good: []cells{{colID: numberIn("321181", "19900101", 11)}}},
			ruleCase{kind: kind, rule: "R106", grade: refuse, bad: []cells{{colID: idOf("19900101", 11)[:17]}}, good: []cells{{}}},
			ruleCase{kind: kind, rule: "R107", grade: refuse, bad: []cells{{colID: "32990119900101O" + idOf("19900101", 11)[15:]}}, good: []cells{{}}},
			ruleCase{kind: kind, rule: "R108", grade: refuse, bad: []cells{{colID: idOf("19900230", 11)}}, good: []cells{{colID: idOf("20000229", 11)}}},
			ruleCase{kind: kind, rule: "R109", grade: refuse, bad: []cells{{colID: "3.29901E+17"}}, good: []cells{{}}},
			ruleCase{kind: kind, rule: "R109", grade: refuse, bad: []cells{{colID: idOf("19900101", 11)[:15] + "000"}}, good: []cells{{}}},
			ruleCase{kind: kind, rule: "R110", grade: refuse, bad: []cells{{colID: numberIn("991181", "19900101", 11)}}, good: []cells{{}}},
			ruleCase{kind: kind, rule: "R151", grade: mend, bad: []cells{{colID: "329901900101011"}}, good: []cells{{}}},
			ruleCase{kind: kind, rule: "R120", grade: mend, bad: []cells{{colID: "'" + idOf("19900101", 11)}}, good: []cells{{}}},
			ruleCase{kind: kind, rule: "R103", grade: warn, bad: []cells{{}}, good: []cells{{colID: numberIn("810000", "18800101", 1)}}},
			ruleCase{kind: kind, rule: "R104", grade: refuse, bad: []cells{{colSex: "女"}}, good: []cells{{colSex: "男"}, {colSex: "", colID: idOf("19910101", 11), colNumber: certificateNumber(2022, 3, 2)}}},
			ruleCase{kind: kind, rule: "R154", grade: refuse, bad: []cells{{colSex: "先生"}}, good: []cells{{colSex: "M"}}},
			ruleCase{kind: kind, rule: "R166", grade: refuse, bad: []cells{{colID: cn.MaskID(idOf("19900101", 11))}}, good: []cells{{}}},
			ruleCase{kind: kind, rule: "R166", grade: refuse, bad: []cells{{colRecord: Record{Worker: 4711}.String()}}, good: []cells{{colRecord: ""}}},
			ruleCase{kind: kind, rule: "R105", grade: refuse, bad: []cells{{}, {colName: "王大明", colNumber: certificateNumber(2022, 3, 2)}},
				good: []cells{{}, {colName: "王 小明", colNumber: certificateNumber(2022, 3, 2)}}},
			ruleCase{kind: kind, rule: "R114", grade: warn, bad: []cells{{colOccupation: "炼丹"}}, good: []cells{{colOccupation: "6-18-01-01"}}},
		)
	}
	roster := func(rule string, grade intake.Grade, opt intake.Options, bad, good cells) {
		list = append(list, ruleCase{kind: "roster", rule: rule, grade: grade, opt: opt, bad: []cells{bad}, good: []cells{good}})
	}
	roster("R111", refuse, intake.Options{}, cells{colEmployer: "无名厂"}, cells{colEmployer: " 光学 厂"})
	roster("R155", refuse, intake.Options{}, cells{colEmployer: ""}, cells{colEmployer: "镜片厂"})
	roster("R156", refuse, intake.Options{}, cells{colEmployer: "同名厂"}, cells{colEmployer: "镜片厂"})
	roster("R112", refuse, ofDanyang, cells{colEmployer: "建筑公司"}, cells{colEmployer: "镜片厂"})
	roster("R113", refuse, intake.Options{}, cells{colPost: "站岗"}, cells{colPost: "专业技术"})
	roster("R115", refuse, intake.Options{}, cells{colStarted: "2023-04-01"}, cells{colStarted: "2023-03-31"})
	roster("R157", refuse, intake.Options{}, cells{colLeft: "2023-04-01"}, cells{colLeft: "2023-03-31"})
	roster("R116", refuse, intake.Options{}, cells{colStarted: "2022-01-05", colLeft: "2022-01-05"}, cells{colStarted: "2022-01-05", colLeft: "2022-01-06"})
	roster("R117", mend, intake.Options{}, cells{colPhone: "1234"}, cells{colPhone: "138 0000 0000"})
	roster("R118", refuse, intake.Options{}, cells{colMember: "也许"}, cells{colMember: "是", colMain: "否"})
	roster("R118", refuse, intake.Options{}, cells{colMain: "也许"}, cells{colMember: "√", colMain: "—"})
	roster("R119", refuse, intake.Options{}, cells{colID: minor}, cells{colID: grown})
	roster("R119", refuse, intake.Options{}, cells{colStarted: "2005-12-31"}, cells{colStarted: "2006-01-01"})
	certificate := func(rule string, grade intake.Grade, opt intake.Options, bad, good cells) {
		list = append(list, ruleCase{kind: "certificates", rule: rule, grade: grade, opt: opt, bad: []cells{bad}, good: []cells{good}})
	}
	certificate("R121", refuse, intake.Options{}, cells{colLevel: "中级职称"}, cells{colLevel: "三级/高级工"})
	certificate("R122", refuse, intake.Options{}, cells{colNumber: "Y123"}, cells{colNumber: strings.ToLower(certificateNumber(2022, 3, 1))})
	certificate("R123", refuse, intake.Options{}, cells{colLevel: "技师"}, cells{colLevel: "技师", colNumber: certificateNumber(2022, 2, 1)})
	certificate("R124", refuse, intake.Options{}, cells{colIssued: "2021-05-01"}, cells{colIssued: "2022-12-31"})
	certificate("R125", refuse, intake.Options{}, cells{colNumber: certificateNumber(2023, 3, 1), colIssued: "2023-04-11"}, cells{colNumber: certificateNumber(2023, 3, 1), colIssued: "2023-04-10"})
	certificate("R164", refuse, intake.Options{}, cells{colExpires: "2022-04-30"}, cells{colExpires: "2022-05-01"})
	certificate("R165", refuse, intake.Options{}, cells{colRevoked: "2022-04-30"}, cells{colRevoked: "2022-05-01"})
	certificate("R165", refuse, intake.Options{}, cells{colRevoked: "2023-04-11"}, cells{colRevoked: "2023-04-10"})
	certificate("R158", refuse, intake.Options{}, cells{colNumber: certificateNumber(2022, 6, 1)}, cells{colNumber: certificateNumber(2022, 3, 9)})
	certificate("R159", warn, intake.Options{}, cells{colNumber: "Y000099000000223000001"}, cells{colNumber: "Y000132001234223000001"})
	certificate("R160", warn, intake.Options{}, cells{colNumber: "RSN32110100122300001"}, cells{colNumber: "2210112003300125"})
	certificate("R161", refuse, intake.Options{}, cells{colNumber: "T" + idOf("19900101", 11)}, cells{colNumber: "S000032000205223000045"})
	certificate("R162", refuse, intake.Options{}, cells{colNumber: "YT00003200010122000001"}, cells{colNumber: "YT00003200010122000001", colLevel: "特级技师"})
	paper := cells{colNumber: "苏技字第89-00123号", colIssued: "1994-12-31", colLevel: "高级工"}
	certificate("R177", warn, intake.Options{}, paper, cells{colNumber: "9410112003300125", colIssued: "1994-12-31"})
	certificate("R122", refuse, intake.Options{}, with(paper, cells{colIssued: "1995-01-01"}), paper)
	certificate("R122", refuse, intake.Options{}, with(paper, cells{colNumber: "证书丢失"}), paper)
	certificate("R122", refuse, intake.Options{}, with(paper, cells{colNumber: "1.81011200330012E+15"}), paper)
	certificate("R178", refuse, intake.Options{}, with(paper, cells{colLevel: "三级"}), paper)
	certificate("R179", warn, intake.Options{}, cells{colNumber: "Y000031000101223000123"}, cells{colNumber: "Y000032000101223000123"})
	certificate("R126", refuse, intake.Options{}, cells{colDistrict: "黄浦区"}, cells{colDistrict: "321181"})
	certificate("R126", refuse, ofDanyang, cells{colDistrict: "京口区"}, cells{colDistrict: "丹阳市"})
	list = append(list,
		ruleCase{kind: "certificates", rule: "R127", grade: refuse, bad: []cells{{}, {colID: idOf("19910101", 11), colName: "王大明"}}, good: []cells{{}, {colID: idOf("19910101", 11), colName: "王大明", colNumber: certificateNumber(2022, 3, 2)}}},
		ruleCase{kind: "statistics", rule: "R131", grade: refuse, bad: []cells{{colIndicator: "降雨量"}}, good: []cells{{colIndicator: "就业人员"}}},
		ruleCase{kind: "statistics", rule: "R126", grade: refuse, bad: []cells{{colDistrict: "黄浦区"}}, good: []cells{{colDistrict: "镇江新区"}}},
		ruleCase{kind: "statistics", rule: "R132", grade: refuse, bad: []cells{{colValue: "很多"}}, good: []cells{{colValue: "12.5万人"}}},
		ruleCase{kind: "statistics", rule: "R168", grade: refuse, bad: []cells{{colUnit: "头"}}, good: []cells{{colUnit: "万人"}}},
		ruleCase{kind: "statistics", rule: "R132", grade: refuse, bad: []cells{{colValue: "195.55555", colUnit: "万人"}}, good: []cells{{colValue: "195.5555", colUnit: "万人"}}},
		ruleCase{kind: "statistics", rule: "R170", grade: refuse, bad: []cells{{colAsOf: "2099-12-31"}}, good: []cells{{colAsOf: "2022-12-31"}}},
		ruleCase{kind: "statistics", rule: "R132", grade: refuse, bad: []cells{{colValue: "-1"}}, good: []cells{{colValue: "0"}}},
	)
	return append(list, organisationCases()...)
}

// organisationCases are those of lists of units.
func organisationCases() (list []ruleCase) {
	const refuse, warn = intake.GradeRefuse, intake.GradeWarn
	ofDanyang := intake.Options{Unit: int64(unitDanyang)}
	spoilt := creditCode("12345678X")[:17] + "?"
	for _, c := range "0123456789ABCDEFGHJKLMNPQRTUWXY" { // the next character that is wrong
		if code := spoilt[:17] + string(c); code != creditCode("12345678X") {
			spoilt = code
			break
		}
	}
	wrongInner := creditCode("123456780")
	organisation := func(rule string, grade intake.Grade, opt intake.Options, bad, good cells) {
		list = append(list, ruleCase{kind: "organisations", rule: rule, grade: grade, opt: opt, bad: []cells{bad}, good: []cells{good}})
	}
	organisation("R141", refuse, intake.Options{}, cells{colKind: "神仙"}, cells{colKind: "院校"})
	organisation("R174", refuse, intake.Options{}, cells{colCodeOf: spoilt}, cells{colCodeOf: creditCode(orgCode("12345678"))})
	list = append(list, ruleCase{kind: "organisations", rule: "R142", grade: warn, opt: intake.Options{ConfirmedCodes: []string{wrongOuter("12345678")}}, bad: []cells{{colCodeOf: wrongOuter("12345678")}},
		good: []cells{{colCodeOf: creditCode(orgCode("12345678"))}}})
	organisation("R142", refuse, intake.Options{}, cells{colCodeOf: wrongOuter("12345678")}, cells{colCodeOf: creditCode(orgCode("12345678"))})
	organisation("R143", warn, intake.Options{}, cells{colCodeOf: wrongInner}, cells{colCodeOf: creditCode(orgCode("12345678"))})
	organisation("R144", refuse, intake.Options{}, cells{colParent: "无名厂"}, cells{colParent: "光学厂"})
	organisation("R175", refuse, ofDanyang, cells{colParent: ""}, cells{colParent: "光学厂"})
	organisation("R126", refuse, intake.Options{}, cells{colDistrict: "火星区"}, cells{colDistrict: "丹阳市"})
	organisation("R181", refuse, intake.Options{}, cells{colIndustry: "03"}, cells{colIndustry: "35"})
	organisation("R181", refuse, intake.Options{}, cells{colIndustry: "111"}, cells{colIndustry: "0111"})
	organisation("R145", refuse, intake.Options{}, cells{colIndustry: "炼丹业"}, cells{colIndustry: "C3587"})
	organisation("R146", refuse, intake.Options{}, cells{colOwnership: "火星"}, cells{colOwnership: "民营"})
	organisation("R147", refuse, intake.Options{}, cells{colSize: "巨型"}, cells{colSize: "大型"})
	organisation("R182", refuse, intake.Options{}, cells{colFounded: "2019-05-01", colEnded: "2018-12-31"}, cells{colFounded: "2019-05-01", colEnded: "2022-12-31"})
	organisation("R150", refuse, intake.Options{}, cells{colFounded: "2023-04-01"}, cells{colFounded: "2023-03-31"})
	right := creditCode(orgCode("12345678"))
	organisation("R171", refuse, intake.Options{}, cells{colCodeOf: right[:17]}, cells{colCodeOf: right})
	organisation("R172", refuse, intake.Options{}, cells{colCodeOf: right[:16] + "I" + right[17:]}, cells{colCodeOf: strings.ToLower(right)})
	organisation("R173", refuse, intake.Options{}, cells{colCodeOf: "0" + right[1:]}, cells{colCodeOf: right})
	organisation("R176", refuse, intake.Options{}, cells{colParent: "新 厂"}, cells{colParent: "光学厂"})
	organisation("R148", refuse, ofDanyang, cells{colParent: "建筑公司"}, cells{colParent: "镜片厂"})
	return list
}

// orgCode puts the right inner check character behind eight digits (GB 11714).
func orgCode(eight string) string {
	for _, c := range "0123456789X" {
		if code, err := cn.ParseCreditCode(creditCode(eight + string(c))); err == nil && len(code.Warnings) == 0 {
			return eight + string(c)
		}
	}
	return eight
}

// wrongOuter is a code that only fails its own check digit: such codes were really issued.
func wrongOuter(eight string) string {
	code := creditCode(orgCode(eight))
	last := byte('0')
	if code[17] == last {
		last = '1'
	}
	return code[:17] + string(last)
}

func spoke(rep intake.Report, rule string, grade intake.Grade) bool {
	return slices.ContainsFunc(rep.Rules, func(c intake.RuleCount) bool { return c.Rule == rule && c.Grade == grade })
}

func TestRules_speak_when_they_should_and_not_a_step_before(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for _, unit := range []org.UnitID{901, 902} {
		d.observe(org.Observation{Unit: unit, Kind: org.Enterprise, Name: "同名厂", Parent: unitDanyang, AsOf: day("2020-01-01"), Import: 9})
	}
	words := map[locale.Lang]locale.Printer{locale.ZH: locale.New(locale.ZH), locale.EN: locale.New(locale.EN)}
	rowsOfCase := func(c ruleCase, list []cells) []cells {
		out := make([]cells, len(list))
		for i, change := range list {
			out[i] = with(rowOf(c.kind), change)
		}
		return out
	}
	tried := map[string]bool{}
	for _, c := range ruleCases() {
		tried[c.kind+c.rule] = true
		c.opt.Kind = c.kind
		rep := d.stage(c.opt, rowsOfCase(c, c.bad)...)
		if !spoke(rep, c.rule, c.grade) {
			t.Errorf("%s %s %s did not speak of %v: %+v", c.kind, c.rule, c.grade, c.bad, rep.Rules)
		}
		if refused := rep.Refused > 0; refused != (c.grade == intake.GradeRefuse) {
			t.Errorf("%s %s: %d rows refused by a rule that %ss: %+v", c.kind, c.rule, rep.Refused, c.grade, rep.Rules)
		}
		for lang, p := range words {
			for _, said := range rep.Rules {
				if !p.Has(said.Key) {
					t.Errorf("%s: no sentence %s in %s", c.rule, said.Key, lang)
				}
			}
		}
		rep = d.stage(c.opt, rowsOfCase(c, c.good)...)
		if spoke(rep, c.rule, c.grade) || rep.Refused > 0 {
			t.Errorf("%s %s: the near miss %v was not let pass: %+v", c.kind, c.rule, c.good, rep.Rules)
		}
	}
	for kind, target := range d.intake.Targets {
		for _, r := range target.Rules {
			if !tried[kind+r.Code] {
				t.Errorf("%s %s has no case", kind, r.Code)
			}
			for lang, p := range words {
				if !p.Has(r.Key) {
					t.Errorf("%s %s: no sentence %s in %s", kind, r.Code, r.Key, lang)
				}
			}
			delete(tried, kind+r.Code)
		}
	}
	for k := range tried {
		t.Errorf("%s is the case of a rule that no target names", k)
	}
}

// A wrong row may not keep its number: after the undo the right person can bring it.
func TestCertificate_number_is_free_again_after_the_undo_of_a_wrong_list(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	opt := intake.Options{Kind: "certificates"}
	wrong := d.send(opt, rowOf("certificates"))
	right := with(rowOf("certificates"), cells{colID: idOf("19910101", 11), colName: "王大明"})
	if rep := d.stage(opt, right); !spoke(rep, "R127", intake.GradeRefuse) {
		t.Errorf("the number of somebody else was taken: %+v", rep.Rules)
	}
	_, err := d.intake.Undo(t.Context(), everyone, wrong.ID, "填错了人")
	must(t, err)
	if rep := d.send(opt, right); rep.Applied != 1 {
		t.Errorf("after the undo: %+v %+v", rep.Counts, rep.Rules)
	}
	if err := d.verifyTimelinesOf(people + 2); err != nil {
		t.Error(err)
	}
}

func TestFiles_of_all_kinds_go_in_and_come_out_again(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	before := d.everything()
	units := d.send(intake.Options{Kind: "organisations"}, with(rowOf("organisations"), cells{colIndustry: "C3587"}), with(rowOf("organisations"), cells{colName: "新厂分厂", colParent: "新厂"}))
	roster := intake.Options{Kind: "roster"}
	jobs := d.send(roster, with(rowOf("roster"), cells{colEmployer: "新厂", colStarted: "2021.5.1", colPhone: "13800000000", colMember: "是"}),
		with(rowOf("roster"), cells{colEmployer: "新厂分厂", colID: idOf("19880808", 22), colName: "李梅"}))
	list := d.send(intake.Options{Kind: "certificates"}, rowOf("certificates"))
	if units.Applied != 2 || jobs.Applied != 2 || list.Applied != 1 || jobs.Block == 0 || list.Block != jobs.Block+1 {
		t.Fatalf("units %+v jobs %+v list %+v", units, jobs, list)
	}
	want := d.everything()
	if len(want) == len(before) {
		t.Fatal("nobody came in")
	}
	facts := d.columns().Facts()
	if again := d.send(intake.Options{Kind: "roster", AsOf: day("2023-04-01")}, with(rowOf("roster"), cells{colEmployer: "新厂", colMember: "会员"})); again.Duplicate != 1 || again.Block != 0 || d.columns().Facts() != facts {
		t.Errorf("a row in force adds nothing: %+v", again)
	}
	for _, rep := range []intake.Report{list, jobs, units} {
		_, err := d.intake.Undo(t.Context(), everyone, rep.ID, "试验")
		must(t, err)
	}
	units = d.send(intake.Options{Kind: "organisations"}, with(rowOf("organisations"), cells{colIndustry: "C3587"}), with(rowOf("organisations"), cells{colName: "新厂分厂", colParent: "新厂"}))
	if id, err := d.treeNow().Find("新厂"); err != nil || d.treeNow().Name(id, day("2023-03-31")) != "新厂" || units.Applied != 2 {
		t.Errorf("the unit is not back: %v", err)
	}
	d.send(roster, with(rowOf("roster"), cells{colEmployer: "新厂", colStarted: "2021.5.1", colMember: "是"}),
		with(rowOf("roster"), cells{colEmployer: "新厂分厂", colID: idOf("19880808", 22), colName: "李梅"}))
	d.send(intake.Options{Kind: "certificates"}, rowOf("certificates"))
	sameFigures(t, "everything undone and imported again", want, d.everything())
	must(t, d.verifyLedger())
}

func TestStatistic_counts_from_its_day_until_the_next_one(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	opt := intake.Options{Kind: "statistics"}
	first := d.send(opt, rowOf("statistics"), with(rowOf("statistics"), cells{colAsOf: "2021-12-31", colValue: "0.09万人"}))
	value := func(on string) int64 {
		q := stockOf(on)
		return d.columns().Sum(q)[0].Quantity
	}
	for on, want := range map[string]int64{"2021-12-30": 0, "2021-12-31": 900, "2022-12-30": 900, "2022-12-31": 1000, "2030-01-01": 1000} {
		if got := value(on); got != want {
			t.Errorf("on %s %d, want %d", on, got, want)
		}
	}
	second := d.send(opt, with(rowOf("statistics"), cells{colValue: "1100"}))
	if got := value("2023-01-01"); got != 1100 || second.Applied != 1 {
		t.Errorf("restated: %d", got)
	}
	_, err := d.intake.Undo(t.Context(), everyone, second.ID, "试验")
	must(t, err)
	if got := value("2023-01-01"); got != 1000 {
		t.Errorf("after the undo: %d", got)
	}
	_, err = d.intake.Undo(t.Context(), everyone, first.ID, "试验")
	must(t, err)
	if got := value("2023-01-01"); got != 0 {
		t.Errorf("after both: %d", got)
	}
}

func TestStatistic_follows_its_district_to_a_new_union(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.send(intake.Options{Kind: "statistics"}, rowOf("statistics"))
	byUnion := func() string {
		q := stockOf("2023-01-01")
		q.By = []ledger.Dim{ledger.Union}
		out := ""
		for _, c := range d.columns().Sum(q) {
			if c.Quantity != 0 {
				out += fmt.Sprint(c.Keys[0], ":", c.Quantity, " ")
			}
		}
		return out
	}
	if got := byUnion(); got != "12:1000 " {
		t.Fatalf("at first: %s", got)
	}
	moved := firstUnits()[3] // Danyang gets another code, and the new zone Danyang's
	moved.AsOf, moved.District, moved.Import = day("2022-06-01"), 321183, 5
	d.observe(moved, org.Observation{Unit: unitNewZone, Kind: org.Zone, Name: "新市", District: 321181, AsOf: day("2022-06-01"), Import: 5})
	if got := byUnion(); got != "14:1000 " {
		t.Errorf("after the change: %s", got)
	}
	d.undo(5)
	if got := byUnion(); got != "12:1000 " {
		t.Errorf("after its undo: %s", got)
	}
}

func TestLeavers_are_proposed_by_a_complete_roster_and_leave_when_confirmed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var rows []cells
	for i := range 10 {
		rows = append(rows, with(rowOf("roster"), cells{colID: idOf("19900101", 101+2*i), colName: "王小" + string(rune('一'+i)), colStarted: "2021-01-01"}))
	}
	d.send(intake.Options{Kind: "roster", AsOf: day("2022-12-31")}, rows...)
	full := d.send(intake.Options{Kind: "roster", Full: true, Unit: int64(unitOptics)}, rows[1:]...)
	if full.Proposed != 1 || full.Standing != 10 || full.NeedsConfirm {
		t.Fatalf("%+v", full)
	}
	here := func(on string) int64 {
		q := stockOf(on)
		q.Kind = 1
		return d.columns().Sum(q)[0].Quantity
	}
	if got := here("2023-03-31"); got != 10 {
		t.Errorf("a proposal moved somebody: %d", got)
	}
	d.decide(full.ID, day("2023-02-01"))
	if a, b := here("2023-01-31"), here("2023-02-01"); a != 10 || b != 9 {
		t.Errorf("%d on the last day and %d after it, want 10 and 9", a, b)
	}
	few := d.stage(intake.Options{Kind: "roster", Full: true, Unit: int64(unitOptics), AsOf: day("2023-04-01")}, rows[5:]...)
	if _, err := d.intake.Apply(t.Context(), everyone, few.ID); err == nil {
		t.Error("a roster that lacks four of nine was applied unasked")
	}
}

func (d *desk) treeNow() *org.Tree {
	d.t.Helper()
	var tree *org.Tree
	d.read(func(ctx context.Context, tx *db.Tx) (err error) {
		tree, err = d.svc.Org.Tree(ctx, tx)
		return err
	})
	return tree
}

// decide confirms all proposals of an import.
func (d *desk) decide(id intake.ImportID, left date.Day) {
	d.t.Helper()
	list, err := d.svc.Leavers(d.t.Context(), account.Operator(), id)
	must(d.t, err)
	in := DecideLeaversInput{Import: id, Confirm: true, LeftOn: left}
	for _, l := range list {
		in.Workers = append(in.Workers, l.Worker)
	}
	late := in
	late.LeftOn += 100
	if _, err := d.svc.DecideLeavers(d.t.Context(), account.Operator(), late); !fault.Is(err, fault.Invalid) {
		d.t.Errorf("a leaving day after the roster's day: %v", err)
	}
	n, err := d.svc.DecideLeavers(d.t.Context(), account.Operator(), in)
	must(d.t, err)
	if n != 1 {
		d.t.Errorf("%d decided, want 1", n)
	}
}

func stockOf(on string) ledger.Query {
	q := ledger.Stock(ledger.Statistic, day(on))
	q.Scope.All = true
	return q
}

func (c *town) verifyTimelinesOf(want int) error {
	return c.svc.DB.ReadTx(c.t.Context(), func(tx *db.Tx) error {
		n, err := c.svc.VerifyTimelines(c.t.Context(), tx)
		if err == nil && n != want {
			return fmt.Errorf("%d people looked at, want %d", n, want)
		}
		return err
	})
}
