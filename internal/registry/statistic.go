package registry

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/intake"
	"tuoxing/internal/ledger"
	"tuoxing/internal/org"
	"tuoxing/internal/vault"
)

const (
	colIndicator = "indicator"
	colAsOf      = "as_of"
	colValue     = "value"
	colUnit      = "unit"
	colSource    = "source"
)

// Employed is the code of the outside statistic of employed persons (从业人员).
const Employed = "employed"

// indicators are the outside statistics that can be taken in, by the names that people write.
var indicators = map[string]string{"从业人员": Employed, "就业人员": Employed, "全社会从业人员": Employed, "从业人员数": Employed, "劳动者": Employed}

// StatisticsTarget takes in outside statistics (外部统计) with their source.
func (s *Service) StatisticsTarget() *intake.Target {
	return &intake.Target{
		Kind: "statistics",
		Columns: []intake.Column{
			{Name: colIndicator, Title: "指标", Synonyms: []string{"指标", "指标名称"}, Required: true},
			{Name: colDistrict, Title: "地区", Synonyms: []string{"地区", "辖市区", "所在地区"}, Required: true},
			{Name: colAsOf, Title: "截止日期", Synonyms: []string{"截止日期", "截至日期", "截至", "日期", "时点"}, Required: true},
			{Name: colValue, Title: "数值", Synonyms: []string{"数值", "数量", "人数"}, Required: true},
			{Name: colUnit, Title: "单位", Synonyms: []string{"单位", "计量单位"}},
			{Name: colSource, Title: "来源", Synonyms: []string{"来源", "数据来源", "资料来源"}, Required: true},
		},
		Rules: rulesNamed("R131", "R126", "R132", "R168", "R170"),
		Prepare: func(ctx context.Context, tx *db.Tx, imp *intake.Import) (func(*intake.Row), error) {
			tree, err := s.Org.Tree(ctx, tx)
			if err != nil {
				return nil, err
			}
			return func(r *intake.Row) { checkStatistic(r, imp, tree) }, nil
		},
		Apply: s.applyStatistics,
		Undo:  s.undoStatistics,
	}
}

func checkStatistic(r *intake.Row, imp *intake.Import, tree *org.Tree) {
	if text := r.Get(colIndicator); text != "" {
		code, ok := indicators[cn.Fold(text)]
		if !ok {
			r.Refuse("R131", colIndicator, "registry.indicator_unknown", text)
		}
		r.Set(colIndicator, code)
	}
	checkDistrict(r, func(district int32) bool {
		u := tree.DistrictUnion(district, date.Forever)
		return u != 0 && within(tree, u, sendsFor(tree, imp))
	})
	if day, _, ok := r.Day(colAsOf); ok && day > date.On(imp.At) {
		r.Refuse("R170", colAsOf, "registry.statistic_future", date.On(imp.At).String())
	}
	if text := r.Get(colValue); text != "" {
		checkPeople(r, text)
	}
	r.Key(r.Get(colIndicator), r.Get(colDistrict), r.Get(colAsOf))
}

// checkPeople reads a number of people. In 万人 it may have decimals: 195.5 is 1,955,000 people.
func checkPeople(r *intake.Row, text string) {
	num, err := cn.ParseNumber(text)
	unit := num.Unit
	if unit == "" {
		unit = r.Get(colUnit)
	}
	places, known := peopleUnits[unit]
	n, whole := num.At(places)
	switch {
	case err != nil || num.State != cn.Present || num.Digits < 0 || (known && !whole):
		r.Refuse("R132", colValue, "registry.value_unreadable")
	case !known:
		r.Refuse("R168", colUnit, "registry.value_unit", unit)
	default:
		r.Set(colValue, strconv.FormatInt(n, 10))
		r.Set(colUnit, "人")
	}
}

// peopleUnits are the units in which people are counted, with the decimal places down to one person.
var peopleUnits = map[string]int{"": 0, "人": 0, "万人": 4, "万": 4}

func unitOf(imp *intake.Import) org.UnitID { return org.UnitID(imp.Unit) }

// sendsFor is the unit within whose subtree a sender's lists may speak: a member department
// (成员单位) such as the HR bureau keeps its lists for the whole city, which is 0.
func sendsFor(tree *org.Tree, imp *intake.Import) org.UnitID {
	if st, ok := tree.At(unitOf(imp), date.Forever); ok && st.Kind == org.Member {
		return 0
	}
	return unitOf(imp)
}

// StatisticRow is one statement of an outside statistic.
type StatisticRow struct {
	ID     int64
	Series int64
	AsOf   date.Day
	Value  int64
	Import int64
	Line   ledger.Line
	At     int64 // recorded, Unix milliseconds
}

// StatisticTimeline turns the statements of one series that are in force into facts whose sum up
// to a day is the latest value stated for a day not after it.
func StatisticTimeline(series int64, indicator string, district int32, union org.UnitID, rows []StatisticRow) []ledger.Fact {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b StatisticRow) int {
		return cmp.Or(cmp.Compare(a.AsOf, b.AsOf), cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID))
	})
	var line []StatisticRow
	for _, r := range rows {
		n := len(line)
		switch {
		case n > 0 && line[n-1].AsOf == r.AsOf && line[n-1].Value == r.Value:
		case n > 0 && line[n-1].AsOf == r.AsOf:
			line[n-1] = r
		default:
			line = append(line, r)
		}
	}
	var out []ledger.Fact
	fact := func(r StatisticRow, quantity int64) {
		if quantity == 0 {
			return
		}
		out = append(out, ledger.Fact{Kind: ledger.Statistic, Attr: indicator, Quantity: quantity, Cause: ledger.New, OccurredOn: r.AsOf,
			Union: int64(union), District: district, Subject: series, Import: r.Import, Line: r.Line})
	}
	for i, r := range line {
		if i > 0 {
			if line[i-1].Value == r.Value {
				line[i] = line[i-1] // the same level goes on: the first source keeps its place
				continue
			}
			back := r
			fact(back, -line[i-1].Value)
		}
		fact(r, r.Value)
	}
	return out
}

func (s *Service) applyStatistics(ctx context.Context, tx *db.Tx, imp *intake.Import, rows iter.Seq2[*intake.Row, error]) (intake.Outcome, error) {
	var out intake.Outcome
	touched := map[int64]bool{}
	for r, err := range rows {
		if err != nil {
			return out, err
		}
		changed, series, err := enterStatistic(ctx, tx, imp, r)
		if err != nil {
			return out, err
		}
		touched[series] = touched[series] || changed
		out.Count(r, changed)
		if err := imp.Keep(0, vault.Key{}, r); err != nil {
			return out, err
		}
	}
	return out, s.settleStatistics(ctx, tx, imp.By, touched)
}

func enterStatistic(ctx context.Context, tx *db.Tx, imp *intake.Import, r *intake.Row) (changed bool, series int64, err error) {
	district, err := strconv.Atoi(r.Get(colDistrict))
	if err != nil {
		return false, 0, err
	}
	value, err := strconv.ParseInt(r.Get(colValue), 10, 64)
	if err != nil {
		return false, 0, err
	}
	asOf, err := date.Parse(r.Get(colAsOf))
	if err != nil {
		return false, 0, err
	}
	err = tx.Query(ctx, `SELECT series_id, as_of, value FROM registry_statistic WHERE indicator = $1 AND district = $2 ORDER BY id`, []any{r.Get(colIndicator), district}, func(row db.Scanner) error {
		var on date.Day
		var v int64
		err := row.Scan(&series, &on, &v)
		return err
	})
	if err != nil {
		return false, 0, fmt.Errorf("find series: %w", err)
	}
	if series == 0 {
		series = tx.NewID()
	}
	before, _, err := statistics(ctx, tx, series)
	if err != nil {
		return false, 0, err
	}
	changed = !slices.ContainsFunc(before, func(b StatisticRow) bool { return b.AsOf == asOf && b.Value == value })
	_, err = tx.Exec(ctx, `INSERT INTO registry_statistic (id, series_id, indicator, district, as_of, value, source, import_id, line, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		tx.NewID(), series, r.Get(colIndicator), district, asOf, value, r.Get(colSource), int64(imp.ID), int64(r.Line), db.At(tx.Now()))
	return changed, series, err
}

// seriesHead is what all rows of a series share.
type seriesHead struct {
	indicator string
	district  int32
}

// statistics reads the statements in force of a series.
func statistics(ctx context.Context, tx *db.Tx, series int64) ([]StatisticRow, seriesHead, error) {
	var out []StatisticRow
	var head seriesHead
	err := tx.Query(ctx, `SELECT id, indicator, district, as_of, value, import_id, line, recorded_at, withdrawn_at FROM registry_statistic WHERE series_id = $1`, []any{series}, func(row db.Scanner) error {
		r := StatisticRow{Series: series}
		var at, gone db.Time
		if err := row.Scan(&r.ID, &head.indicator, &head.district, &r.AsOf, &r.Value, &r.Import, &r.Line, &at, &gone); err != nil {
			return err
		}
		r.At = at.UnixMilli()
		if gone.IsZero() {
			out = append(out, r)
		}
		return nil
	})
	return out, head, err
}

func (s *Service) settleStatistics(ctx context.Context, tx *db.Tx, by int64, touched map[int64]bool) error {
	tree, err := s.Org.Tree(ctx, tx)
	if err != nil {
		return err
	}
	var keys []ledger.Key
	for series, changed := range touched {
		if changed {
			keys = append(keys, ledger.Key{Kind: ledger.Statistic, Subject: series})
		}
	}
	slices.SortFunc(keys, func(a, b ledger.Key) int { return cmp.Compare(a.Subject, b.Subject) })
	return ledger.Settle(ctx, tx, by, keys, func(k ledger.Key) ([]ledger.Fact, error) {
		rows, head, err := statistics(ctx, tx, k.Subject)
		if err != nil {
			return nil, err
		}
		return StatisticTimeline(k.Subject, head.indicator, head.district, tree.DistrictUnion(head.district, date.Forever), rows), nil
	})
}

func (s *Service) undoStatistics(ctx context.Context, tx *db.Tx, imp *intake.Import, _ string) error {
	touched := map[int64]bool{}
	err := tx.Query(ctx, `SELECT DISTINCT series_id FROM registry_statistic WHERE import_id = $1 AND withdrawn_at IS NULL`, []any{int64(imp.ID)}, func(row db.Scanner) error {
		var series int64
		err := row.Scan(&series)
		touched[series] = true
		return err
	})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE registry_statistic SET withdrawn_at = $2 WHERE import_id = $1 AND withdrawn_at IS NULL`, int64(imp.ID), db.At(tx.Now())); err != nil {
		return err
	}
	return s.settleStatistics(ctx, tx, imp.By, touched)
}

// verifyStatistics computes the facts of every series anew and compares them with those in force.
func (s *Service) verifyStatistics(ctx context.Context, tx *db.Tx) error {
	tree, err := s.Org.Tree(ctx, tx)
	if err != nil {
		return err
	}
	var all []int64
	err = tx.Query(ctx, `SELECT DISTINCT series_id FROM registry_statistic ORDER BY series_id`, nil, func(row db.Scanner) error {
		var id int64
		err := row.Scan(&id)
		all = append(all, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("read series: %w", err)
	}
	for _, id := range all {
		rows, head, err := statistics(ctx, tx, id)
		if err != nil {
			return err
		}
		held, err := ledger.FactsOfSubject(ctx, tx, ledger.Statistic, id)
		if err != nil {
			return err
		}
		want := StatisticTimeline(id, head.indicator, head.district, tree.DistrictUnion(head.district, date.Forever), rows)
		if d := ledger.Difference(ledger.InForce(held), want); len(d) > 0 {
			return conflict("registry.statistic_differs", head.indicator, head.district, len(d))
		}
	}
	return nil
}
