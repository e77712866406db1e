package registry

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
	"tuoxing/internal/org"
)

// Prefilled is a sheet of one kind filled with what is on file (预填表), to be corrected and sent back: a row that
// comes back as it was says what is in force and changes nothing.
type Prefilled struct {
	Columns []SheetColumn
	Unit    org.UnitID // whose sheet it is, 0 = the whole city
	// Each gives the rows, one text for each column.
	Each func(ctx context.Context, add func(cells []string) error) error
}

// SheetColumn is a column of a sheet as it is given out.
type SheetColumn struct {
	intake.Column
	Code    bool     // digits that are no quantity
	Choices []string // words to choose from
}

// The words that sheets offer. Reading knows more of them.
var (
	yesNo     = []string{"是", "否"}
	sexTitle  = map[cn.Sex]string{cn.Male: "男", cn.Female: "女"}
	postTitle = map[Post]string{Production: "生产操作", Technical: "技术", ServicePost: "服务", Management: "管理", OtherPost: "其他"}
	rankTitle = []string{"", "学徒工", "五级/初级工", "四级/中级工", "三级/高级工", "二级/技师", "一级/高级技师", "特级技师", "首席技师"}
)

// choices are the words of a column, nil when anything may stand there.
func choices(col string) []string {
	switch col {
	case colSex:
		return []string{sexTitle[cn.Male], sexTitle[cn.Female]}
	case colMember, colMain:
		return yesNo
	case colPost:
		return []string{postTitle[Production], postTitle[Technical], postTitle[ServicePost], postTitle[Management], postTitle[OtherPost]}
	case colLevel:
		return rankTitle[1:]
	case colKind:
		var all []string
		for _, k := range org.Kinds {
			all = append(all, k.Title())
		}
		return all
	}
	return nil
}

// plainText are the columns whose digits must not be taken for a quantity or a day.
var plainText = []string{colRecord, colID, colPhone, colNumber, colCode, colCodeOf, colIndustry, colOwnership, colSize, colOccupation, colStarted, colLeft, colIssued, colExpires, colRevoked, colFounded, colEnded}

// Prefill fills a sheet for the people, or the units, of a unit's subtree as of a day; unit 0 is all that the
// reader sees. Numbers of people are masked and each row carries its Record. It asks for
// the rights to take lists of people out of the system and to hand files in, and is logged before anything
// is given.
func (s *Service) Prefill(ctx context.Context, tx *db.Tx, who account.Actor, target *intake.Target, unit org.UnitID, on date.Day) (*Prefilled, error) {
	for _, right := range []account.Right{account.ImportWrite, account.WorkerExport} {
		if err := who.Must(right); err != nil {
			return nil, err
		}
	}
	tree, err := s.Org.Tree(ctx, tx)
	if err != nil {
		return nil, err
	}
	if unit == 0 && !who.Scope.All {
		unit = who.Scope.Unit
	}
	if unit == tree.Root() {
		unit = 0
	}
	if lo, _ := tree.Range(unit); unit != 0 && !who.Scope.Has(lo) {
		return nil, fault.New(fault.Forbidden, "intake.unit_outside")
	}
	f := &filling{s: s, tx: tx, who: who, tree: tree, unit: unit, on: on}
	p := &Prefilled{Unit: unit}
	var row func(func([]string) error) func(map[string]string) error
	p.Columns, row = sheetOf(target)
	each := map[string]func(context.Context, func(map[string]string) error) error{"roster": f.roster, "certificates": f.certificates, "organisations": f.organisations}[target.Kind]
	if each == nil {
		return nil, fault.New(fault.Invalid, "registry.not_prefilled", target.Kind)
	}
	p.Each = func(ctx context.Context, add func([]string) error) error { return each(ctx, row(add)) }
	return p, audit.Read(ctx, s.DB, who.UserID, "sheet.prefill", "", map[string]any{"kind": target.Kind, "unit": unit.String(), "on": on.String()})
}

// sheetOf gives the columns of a sheet, the record first, and what puts named cells in their order.
func sheetOf(target *intake.Target) ([]SheetColumn, func(func([]string) error) func(map[string]string) error) {
	var out []SheetColumn
	for _, c := range target.Columns {
		sc := SheetColumn{Column: c, Code: slices.Contains(plainText, c.Name), Choices: choices(c.Name)}
		if c.Name == colRecord {
			out = slices.Insert(out, 0, sc)
			continue
		}
		out = append(out, sc)
	}
	return out, func(add func([]string) error) func(map[string]string) error {
		return func(cells map[string]string) error {
			line := make([]string, len(out))
			for i, c := range out {
				line[i] = cells[c.Name]
			}
			return add(line)
		}
	}
}

// filling is one sheet being filled, inside one transaction.
type filling struct {
	s    *Service
	tx   *db.Tx
	who  account.Actor
	tree *org.Tree
	unit org.UnitID
	on   date.Day

	numbers map[int64]string // of the certificates of the part in hand, masked, by row
}

// filled is a person's file, opened for a sheet.
type filled struct {
	name          string
	number, phone string
	sex           string
}

// people walks the people of the subtree, a part at a time: a merged file is in its survivor's, and an erased
// one has nothing to be sent back. Files follow today's tree.
func (f *filling) people(ctx context.Context, table string, each func(src *Sources, x *filled) error) error {
	lo, hi := f.tree.Range(f.unit)
	for after := WorkerID(0); ; {
		var part []WorkerID
		args := append(seenArgs(f.who.Scope), int64(f.unit), lo, hi, int64(after), batch)
		err := f.tx.Query(ctx, `SELECT w.worker_id FROM registry_worker w, org_unit u WHERE `+seen(1)+` AND (CAST($4 AS BIGINT) = 0 OR (u.lo >= $5 AND u.lo <= $6))
AND w.worker_id > $7 AND w.survivor_id = 0 AND length(w.wrapped_key) > 0
AND (EXISTS (SELECT 1 FROM `+table+` s WHERE s.worker_id = w.worker_id AND s.withdrawn_at IS NULL) OR EXISTS (SELECT 1 FROM registry_alias a WHERE a.survivor_id = w.worker_id AND a.withdrawn_at IS NULL))
ORDER BY w.worker_id LIMIT $8`, args, func(row db.Scanner) error {
			var w WorkerID
			err := row.Scan((*int64)(&w))
			part = append(part, w)
			return err
		})
		if err != nil {
			return fmt.Errorf("people of a sheet: %w", err)
		}
		if len(part) == 0 {
			return nil
		}
		src, err := loadSources(ctx, f.tx, part)
		if err != nil {
			return err
		}
		files, err := f.open(ctx, part)
		if err != nil {
			return err
		}
		for _, w := range part {
			if err := each(src[w], files[w]); err != nil {
				return err
			}
		}
		after = part[len(part)-1]
	}
}

// open opens the files of some people and masks their numbers.
func (f *filling) open(ctx context.Context, part []WorkerID) (map[WorkerID]*filled, error) {
	out := map[WorkerID]*filled{}
	list, args := in(1, part)
	err := f.tx.Query(ctx, `SELECT worker_id, name, wrapped_key, id_sealed, phone_sealed, sex FROM registry_worker WHERE worker_id IN `+list, args, func(row db.Scanner) error {
		var w WorkerID
		var wrapped, number, phone []byte
		var sex int64
		x := &filled{}
		if err := row.Scan((*int64)(&w), &x.name, &wrapped, &number, &phone, &sex); err != nil {
			return err
		}
		key, err := f.s.Vault.Unwrap(int64(w), wrapped)
		if err != nil {
			return err
		}
		whole, err := unseal(key, w, "id_number", number, func(s string) string { return s })
		if err != nil {
			return err
		}
		x.number, x.sex = cn.MaskID(whole), sexTitle[cn.Sex(sex)]
		// What the number says goes back with it: a correction by an officer is not the sheet's to repeat.
		if id, err := cn.ParseID(whole, f.tx.Today()); err == nil && id.Sex != 0 {
			x.sex = sexTitle[id.Sex]
		}
		x.phone, err = unseal(key, w, "phone", phone, cn.MaskPhone)
		out[w] = x
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open files for a sheet: %w", err)
	}
	family, err := families(ctx, f.tx, part)
	if err != nil {
		return nil, err
	}
	keys, err := f.s.keysOf(ctx, f.tx, family)
	if err != nil {
		return nil, err
	}
	f.numbers = map[int64]string{}
	return out, maskedNumbers(ctx, f.tx, keys, f.numbers)
}

// roster fills in who is employed in the subtree on the day.
func (f *filling) roster(ctx context.Context, add func(map[string]string) error) error {
	return f.people(ctx, "registry_employment", func(src *Sources, x *filled) error {
		p := readPerson(src, f.s.Precedence)
		for i := range p.spells {
			s := &p.spells[i]
			if s.start > f.on || s.end < f.on || !within(f.tree, s.employer, f.unit) {
				continue
			}
			job, _ := s.on(f.on)
			err := add(map[string]string{
				colRecord: Record{Worker: src.Worker}.String(), colName: x.name, colID: x.number, colSex: x.sex, colEmployer: f.tree.Name(s.employer, f.on), colCode: f.tree.Code(s.employer),
				colPost: postTitle[job.Post], colOccupation: occupationText(job.Occupation), colStarted: s.start.String(), colPhone: x.phone, colMember: yesOrNo(job.Member), colMain: yesOrNo(job.Main),
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// certificates fills in the certificates in force of the people of the subtree.
func (f *filling) certificates(ctx context.Context, add func(map[string]string) error) error {
	return f.people(ctx, "registry_certificate", func(src *Sources, x *filled) error {
		for _, held := range certificates(src, f.s.Precedence) {
			c, _ := certificateSaid(src, held.Key, f.s.Precedence) // as the lists have it: an officer's decision is not the sheet's to repeat
			cells := map[string]string{
				colRecord: Record{Worker: src.Worker, Row: c.ID}.String(), colName: x.name, colID: x.number, colSex: x.sex, colOccupation: occupationText(c.Occupation), colLevel: rankTitle[c.Rank],
				colNumber: f.numbers[c.ID], colIssued: c.IssuedOn.String(), colExpires: endText(c.ExpiresOn), colDistrict: districtText(c.District, true),
			}
			if c.RevokedOn.Valid {
				cells[colRevoked] = c.RevokedOn.V.String()
			}
			if err := add(cells); err != nil {
				return err
			}
		}
		return nil
	})
}

// organisations fills in the units of the subtree. A unit that hands in for itself and what lies below it is not
// in it: what is said of that unit comes from above.
func (f *filling) organisations(_ context.Context, add func(map[string]string) error) error {
	for _, u := range f.tree.Units("") {
		if u == f.unit || !within(f.tree, u, f.unit) {
			continue
		}
		o, ok := unitSaid(f.tree, u, f.on)
		if !ok {
			continue
		}
		cells := map[string]string{colName: o.Name, colCodeOf: o.Code, colKind: o.Kind.Title(), colParent: f.parentText(o.Parent), colDistrict: districtText(o.District, false)}
		if o.Industry != 0 {
			cells[colIndustry] = fmt.Sprintf("%04d", o.Industry)
		}
		if o.Ownership != 0 {
			cells[colOwnership] = o.Ownership.Title()
		}
		if o.Size != 0 {
			cells[colSize] = o.Size.Title()
		}
		if o.FoundedOn.Valid {
			cells[colFounded] = o.FoundedOn.V.String()
		}
		if o.EndedOn.Valid {
			cells[colEnded] = o.EndedOn.V.String()
		}
		if err := add(cells); err != nil {
			return err
		}
	}
	return nil
}

// parentText names the unit above so that it is found again: by its name, or by its code when several bear the name.
func (f *filling) parentText(parent org.UnitID) string {
	if parent == 0 {
		return ""
	}
	name := f.tree.Name(parent, f.on)
	if found, err := f.tree.Find(name); err == nil && found == parent {
		return name
	}
	return f.tree.Code(parent)
}

// occupationText is the official name, or the code when the name would be read as another occupation.
func occupationText(code int32) string {
	if code == 0 {
		return ""
	}
	if name, ok := cn.OccupationName(code); ok {
		if again, err := cn.ParseOccupation(name); err == nil && again == code {
			return name
		}
	}
	return cn.OccupationCode(code)
}

// districtText is the name of a division, or its code when the name would be read as another. The
// city's own list (市本级) lies in no division and is named by the city; elsewhere none is said.
func districtText(district int32, named bool) string {
	if district == 0 && !named {
		return ""
	}
	code := strconv.Itoa(int(district))
	if district == 0 {
		code = city
	}
	if reg, ok := cn.RegionOf(code); ok {
		if again, ok := districtNamed(reg.Name); ok && again == district {
			return reg.Name
		}
	}
	return code
}

// noEnd is how a sheet says that something does not end.
const noEnd = "长期"

func endText(d date.Day) string {
	if d == date.Forever {
		return noEnd
	}
	return d.String()
}

func yesOrNo(yes bool) string {
	if yes {
		return yesNo[0]
	}
	return yesNo[1]
}
