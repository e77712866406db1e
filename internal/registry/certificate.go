package registry

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
)

const (
	colLevel    = "level"
	colNumber   = "number"
	colIssued   = "issued_on"
	colExpires  = "expires_on"
	colRevoked  = "revoked_on"
	colDistrict = "district"
)

// CertificatesTarget takes in lists of skill certificates (技能等级证书名册).
func (s *Service) CertificatesTarget() *intake.Target {
	return &intake.Target{
		Kind: "certificates", Person: true,
		Columns: []intake.Column{
			nameColumn, idColumn, sexColumn,
			{Name: colOccupation, Title: "职业(工种)", Synonyms: []string{"职业(工种)", "职业名称", "工种", "职业", "职业工种", "职业方向", "工种/职业方向", "鉴定职业"}},
			{Name: colLevel, Title: "技能等级", Synonyms: []string{"技能等级", "职业技能等级", "鉴定级别", "技术等级", "等级", "级别"}, Required: true},
			{Name: colNumber, Title: "证书编号", Synonyms: []string{"证书编号", "职业技能等级证书编号", "证书号", "证书号码", "CertificateNo."}, Required: true, Personal: true},
			{Name: colIssued, Title: "发证日期", Synonyms: []string{"发证日期", "颁发日期", "发证时间", "颁证日期"}, Required: true},
			{Name: colExpires, Title: "有效期至", Synonyms: []string{"有效期至", "有效期", "有效期限", "到期日期"}},
			{Name: colRevoked, Title: "撤销日期", Synonyms: []string{"撤销日期", "注销日期", "吊销日期"}},
			{Name: colDistrict, Title: "所属地区", Synonyms: []string{"所属地区", "地区", "所在地区", "辖市区", "属地"}, Required: true},
			recordColumn,
		},
		Rules:   certificateRules,
		Prepare: s.prepareCertificates,
		Apply:   s.applyCertificates,
		Undo:    s.undoPeople,
	}
}

var certificateRules = rulesNamed(append(slices.Clone(personCodes), "R114", "R121", "R122", "R123", "R124", "R125", "R126", "R127",
	"R158", "R159", "R160", "R161", "R162", "R164", "R165", "R177", "R178", "R179")...)

func (s *Service) prepareCertificates(ctx context.Context, tx *db.Tx, imp *intake.Import) (func(*intake.Row), error) {
	tree, err := s.Org.Tree(ctx, tx)
	if err != nil {
		return nil, err
	}
	people, err := s.knownPeople(ctx, tx, tree, sendsFor(tree, imp))
	if err != nil {
		return nil, err
	}
	if imp.AsOf == 0 {
		imp.AsOf = date.On(imp.At)
	}
	holders, err := s.holders(ctx, tx)
	if err != nil {
		return nil, err
	}
	return func(r *intake.Row) {
		people.checkPerson(r, imp)
		checkOccupation(r)
		people.unmaskCertificate(r)
		checkCertificate(r, imp)
		checkDistrict(r, func(district int32) bool {
			if people.file != nil && people.file.certificate != "" && people.file.district == district {
				return true // as the list that brought the certificate has it
			}
			top := sendsFor(tree, imp)
			if district == 0 { // 市本级: the city's own, in no division
				return top == 0
			}
			u := tree.DistrictUnion(district, imp.AsOf)
			return u != 0 && within(tree, u, top)
		})
		holders.check(r)
		people.remember(r)
		r.Key(r.Get(colNumber))
	}, nil
}

// checkCertificate reads level, days and number, and holds them against each other.
func checkCertificate(r *intake.Row, imp *intake.Import) {
	level := r.Get(colLevel)
	rank, ok := cn.Rank(level)
	if level != "" && !ok {
		r.Refuse("R121", colLevel, "registry.level_unknown", level)
	}
	if ok {
		r.Set(colLevel, strconv.Itoa(rank))
	}
	issued := checkCertificateDays(r, imp)
	text := r.Get(colNumber)
	if text == "" {
		return
	}
	c, err := cn.ParseCertificate(text)
	if err != nil && isIDNumber(text, imp.AsOf) {
		r.Refuse("R161", colNumber, "registry.number_is_id")
		return
	}
	if err != nil && issued.Valid && issued.V < date.Of(cn.LastPaperYear+1, 1, 1) && cn.Reason(err) == "format" {
		if paper, fits := cn.ParsePaper(text); fits {
			checkPaper(r, paper, level)
			return
		}
	}
	if err != nil {
		r.RefuseFault("R122", colNumber, err)
		return
	}
	r.Set(colNumber, c.Number)
	if c.Province != "" && c.Province != city[:2] {
		province, _ := cn.RegionOf(c.Province + "0000")
		r.Warn("R179", colNumber, "registry.number_elsewhere", province.Name)
	}
	if ok && c.Rank != 0 && c.Rank != rank {
		r.Refuse("R123", colNumber, "registry.number_level", c.Rank, rank)
	}
	if ok && c.Form == cn.Senior22 && rank < firstSenior {
		r.Refuse("R162", colNumber, "registry.number_senior")
	}
	if slices.Contains(c.Warnings, cn.WarnProvinceUnknown) {
		r.Warn("R159", colNumber, "registry.number_province")
	}
	if slices.Contains(c.Warnings, cn.WarnLocalPattern) {
		r.Warn("R160", colNumber, "registry.number_local")
	}
	if issued.Valid && c.Year != 0 {
		if y, _, _ := issued.V.YMD(); c.Year != y {
			r.Refuse("R124", colNumber, "registry.number_year", c.Year, y)
		}
	}
}

// checkPaper takes the number of a paper from before the common numbering. Its number tells nothing that could be
// held against the row, and a grade without its word may be one of eight.
func checkPaper(r *intake.Row, number, level string) {
	r.Set(colNumber, number)
	r.Warn("R177", colNumber, "registry.number_paper")
	if level != "" && !cn.RankWorded(level) {
		r.Refuse("R178", colLevel, "registry.level_old", level)
	}
}

// firstSenior is the rank from which certificates have numbers with two letters: 特级技师.
const firstSenior = 7

// isIDNumber reports whether a certificate number is that of a safety permit (特种作业操作证): an ID number, maybe with a T before it.
func isIDNumber(text string, today date.Day) bool {
	_, err := cn.ParseID(strings.TrimLeft(text, "Tt"), today)
	return err == nil
}

// checkCertificateDays reads the days of issue, expiry and revocation, and gives the first.
func checkCertificateDays(r *intake.Row, imp *intake.Import) (issued sql.Null[date.Day]) {
	issued.V, _, issued.Valid = r.Day(colIssued)
	if issued.Valid && issued.V > imp.AsOf {
		r.Refuse("R125", colIssued, "registry.issued_after", imp.AsOf.String())
	}
	if expires, _, has := r.Day(colExpires); has && issued.Valid && expires < issued.V {
		r.Refuse("R164", colExpires, "registry.expires_before")
	}
	if revoked, _, has := r.Day(colRevoked); has && (revoked < issued.V || revoked > imp.AsOf) {
		r.Refuse("R165", colRevoked, "registry.revoked_wrong")
	}
	return issued
}

// checkDistrict reads a division of the city by name or code.
func checkDistrict(r *intake.Row, allowed func(int32) bool) {
	text := r.Get(colDistrict)
	if text == "" {
		return
	}
	d, ok := districtNamed(text)
	if !ok || !allowed(d) {
		r.Refuse("R126", colDistrict, "registry.district_unknown", text)
		return
	}
	r.Set(colDistrict, strconv.Itoa(int(d)))
}

// city is the code of the city whose divisions are read by name: GB/T 2260, 镇江市.
const city = "321100"

// districtNamed reads a division by code or name; the city itself is 0, no division.
func districtNamed(text string) (int32, bool) {
	reg, ok := cn.RegionOf(text)
	if !ok {
		if reg, ok = cn.RegionNamed(text, city); !ok {
			reg, ok = cn.RegionNamed(text, "")
		}
	}
	if ok && reg.Code == city {
		return 0, true
	}
	return cn.RegionNumber(reg.Code), ok
}

// holders knows who holds which certificate number.
type holders struct {
	ids     func(domain, text string) [8]byte
	numbers map[[8]byte]WorkerID
	people  map[[8]byte]WorkerID
	inFile  map[[8]byte][8]byte
}

func (s *Service) holders(ctx context.Context, tx *db.Tx) (*holders, error) {
	x := s.Vault.Indexer()
	h := &holders{
		ids:     func(domain, text string) [8]byte { return [8]byte(x.Sum(domain, text)) },
		numbers: map[[8]byte]WorkerID{}, people: map[[8]byte]WorkerID{}, inFile: map[[8]byte][8]byte{},
	}
	alias, err := allAliases(ctx, tx)
	if err != nil {
		return nil, err
	}
	for table, into := range map[string]map[[8]byte]WorkerID{"registry_certificate_number": h.numbers, "registry_number": h.people} {
		err := tx.Query(ctx, `SELECT number_index, worker_id FROM `+table, nil, func(row db.Scanner) error {
			var index []byte
			var w WorkerID
			err := row.Scan(&index, &w)
			if err == nil {
				into[[8]byte(index)] = alias.root(w) // a merged file and its survivor are one holder
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", table, err)
		}
	}
	return h, nil
}

// check refuses a certificate number that another person holds.
func (h *holders) check(r *intake.Row) {
	if r.Get(colNumber) == "" || r.Get(colID) == "" || r.Refused() {
		return
	}
	number, person := h.ids(indexCertificate, r.Get(colNumber)), h.ids(indexID, r.Get(colID))
	holder, held := h.numbers[number]
	other, twice := h.inFile[number]
	same := other == person || (h.people[person] != 0 && h.people[other] == h.people[person])
	if (held && h.people[person] != holder) || (twice && !same) {
		r.Refuse("R127", colNumber, "registry.number_taken")
		return
	}
	h.inFile[number] = person
}

// applyCertificates enters the rows of a certificate list. A second, lower certificate changes no
// timeline and is still new: only a number that was known before makes a row a confirmation.
func (s *Service) applyCertificates(ctx context.Context, tx *db.Tx, imp *intake.Import, rows iter.Seq2[*intake.Row, error]) (intake.Outcome, error) {
	if imp.AsOf == 0 {
		imp.AsOf = date.On(imp.At)
	}
	a, err := s.arrive(ctx, tx, imp)
	if err != nil {
		return intake.Outcome{}, err
	}
	x := s.Vault.Indexer()
	sender := senderOf(a.world.tree, imp)
	var fresh map[string]WorkerID // numbers of the part that nobody held before
	a.say = func(m *mention) (err error) {
		m.cert, err = certificateOf(tx, imp, sender, m, string(x.Sum(indexCertificate, m.row.Get(colNumber))))
		return err
	}
	a.hide = func(m *mention) { m.sealed = m.file.key.Seal(m.cert.ID, "number", []byte(m.row.Get(colNumber))) }
	a.add = func(m *mention, src *Sources) {
		m.cert.Lent = m.worker != src.Worker
		before, had := certificateSaid(src, m.cert.Key, a.world.order)
		src.Certificates = append(src.Certificates, m.cert)
		after, _ := certificateSaid(src, m.cert.Key, a.world.order)
		m.differs = had && !before.sameCertificate(&after)
		m.relists = !had || m.differs
	}
	a.write = func(ctx context.Context, list []*mention) error {
		fresh = make(map[string]WorkerID, len(list))
		fields := make([][]any, len(list))
		for i, m := range list {
			fresh[m.cert.Key] = m.worker
			fields[i] = m.cert.fields(m.worker, m.sealed)
			if m.relists && !m.file.isNew {
				s.touch(tx, imp.By).relist(m.worker)
			}
		}
		if err := enterNumbers(ctx, tx, fresh); err != nil {
			return err
		}
		if _, err := tx.Bulk(ctx, "registry_certificate", certificateColumns, rowsOf(fields)); err != nil {
			return fmt.Errorf("enter certificates: %w", err)
		}
		return nil
	}
	a.isNew = func(m *mention, changed bool) bool {
		_, ok := fresh[m.cert.Key]
		return ok || changed || m.differs
	}
	err = a.run(ctx, rows, "registry_certificate")
	return a.out, err
}

var certificateColumns = []string{"worker_id", "id", "number_index", "number_sealed", "as_of", "rank", "occupation",
	"issued_on", "expires_on", "revoked_on", "district", "sex", "birth_month", "import_id", "line", "recorded_at", "sender", "form"}

func (c *CertificateRow) fields(w WorkerID, sealed []byte) []any {
	return []any{int64(w), c.ID, []byte(c.Key), sealed, c.AsOf, int64(c.Rank), int64(c.Occupation),
		c.IssuedOn, c.ExpiresOn, c.RevokedOn, int64(c.District), int64(c.Sex), int64(c.Birth), c.Import, int64(c.Line), db.At(c.RecordedAt), int64(c.Sender), int64(c.Form)}
}

// certificateSaid is the row in force about one certificate; ok is false when none is.
func certificateSaid(src *Sources, key string, order Precedence) (c CertificateRow, ok bool) {
	one := &Sources{Rulings: src.Rulings}
	for _, r := range src.Certificates {
		if r.Key == key {
			one.Certificates = append(one.Certificates, r)
		}
	}
	list := certificates(one, order)
	if len(list) == 0 {
		return c, false
	}
	return list[0], true
}

// enterNumbers claims certificate numbers for their holders and leaves in the map only those that
// are new. A number of somebody else is a Conflict; checking refuses such rows before.
func enterNumbers(ctx context.Context, tx *db.Tx, numbers map[string]WorkerID) error {
	indexes := make([][]byte, 0, len(numbers))
	for _, n := range slices.Sorted(maps.Keys(numbers)) {
		indexes = append(indexes, []byte(n))
	}
	held := map[string]WorkerID{}
	if err := findByIndex(ctx, tx, "registry_certificate_number", indexes, held); err != nil {
		return err
	}
	alias, err := aliasesOf(ctx, tx, append(slices.Collect(maps.Values(held)), slices.Collect(maps.Values(numbers))...))
	if err != nil {
		return err
	}
	var fresh [][]any
	for _, index := range indexes {
		holder, ok := held[string(index)]
		switch {
		case !ok:
			fresh = append(fresh, []any{index, int64(numbers[string(index)])})
		case alias.root(holder) != alias.root(numbers[string(index)]):
			return fault.New(fault.Conflict, "registry.number_taken")
		default:
			delete(numbers, string(index))
		}
	}
	_, err = tx.Bulk(ctx, "registry_certificate_number", []string{"number_index", "worker_id"}, rowsOf(fresh))
	return err
}

// freeNumbers takes certificate numbers from holders of whom no row in force names them any more. A number that
// nobody's row names is nobody's: the list may have given it to the wrong person. Where the row of a file
// names it that is, or once was, one person's with the holder's, it is that file's.
func freeNumbers(ctx context.Context, tx *db.Tx, undone intake.ImportID) error {
	heirs := map[string]WorkerID{}
	err := tx.Query(ctx, `SELECT n.number_index, min(c.worker_id) FROM registry_certificate c JOIN registry_certificate_number n ON n.number_index = c.number_index
WHERE c.withdrawn_at IS NULL AND c.worker_id IN (SELECT worker_id FROM registry_alias UNION SELECT survivor_id FROM registry_alias)
AND NOT EXISTS (SELECT 1 FROM registry_certificate h WHERE h.worker_id = n.worker_id AND h.number_index = n.number_index AND h.withdrawn_at IS NULL)
GROUP BY n.number_index`, nil, func(row db.Scanner) error {
		var index []byte
		var w WorkerID
		err := row.Scan(&index, (*int64)(&w))
		heirs[string(index)] = w
		return err
	})
	if err != nil {
		return fmt.Errorf("look for other holders of certificate numbers: %w", err)
	}
	for _, index := range slices.Sorted(maps.Keys(heirs)) {
		if _, err := tx.Exec(ctx, `DELETE FROM registry_certificate_number WHERE number_index = $1`, []byte(index)); err != nil {
			return fmt.Errorf("hand a certificate number on: %w", err)
		}
	}
	if err := enterNumbers(ctx, tx, heirs); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM registry_certificate_number WHERE number_index IN (SELECT number_index FROM registry_certificate WHERE import_id = $1)
AND NOT EXISTS (SELECT 1 FROM registry_certificate c WHERE c.number_index = registry_certificate_number.number_index AND c.worker_id = registry_certificate_number.worker_id AND c.withdrawn_at IS NULL)`, int64(undone))
	if err != nil {
		return fmt.Errorf("free certificate numbers: %w", err)
	}
	return nil
}

func certificateOf(tx *db.Tx, imp *intake.Import, sender SourceKind, m *mention, key string) (CertificateRow, error) {
	r := m.row
	c := CertificateRow{ID: m.source, Key: key, AsOf: imp.AsOf, Sex: Sex(m.id.Sex), Birth: birthMonth(m.id),
		ExpiresOn: date.Forever, Import: int64(imp.ID), Line: r.Line, RecordedAt: tx.Now(), Sender: sender, Form: formOf(r.Get(colNumber))}
	var err error
	if c.Rank, err = strconv.Atoi(r.Get(colLevel)); err != nil {
		return c, fmt.Errorf("accepted row %d: level: %w", r.Line.Row(), err)
	}
	if text := r.Get(colOccupation); text != "" {
		if c.Occupation, err = cn.ParseOccupation(text); err != nil {
			return c, err
		}
	}
	if c.IssuedOn, err = date.Parse(r.Get(colIssued)); err != nil {
		return c, err
	}
	var expires sql.Null[date.Day]
	if expires, err = dayCell(r, colExpires); err != nil {
		return c, err
	}
	if expires.Valid {
		c.ExpiresOn = expires.V
	}
	if c.RevokedOn, err = dayCell(r, colRevoked); err != nil {
		return c, err
	}
	d, err := strconv.Atoi(r.Get(colDistrict))
	c.District = int32(d)
	return c, err
}
