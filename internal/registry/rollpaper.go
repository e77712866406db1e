package registry

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"tuoxing/internal/date"
	"tuoxing/internal/db"
)

// paperColumns are the certificates in force of all files, by ascending id: what lists of certificates are
// filtered, counted and ordered by, about 60 bytes a certificate. What is in force follows from all rows about a number, so a
// database could not even count them without reading a person's rows. The columns are first filled when somebody lists
// certificates; then they follow the roll's table of changes, at their own pace.
type paperColumns struct {
	loaded bool
	number int64 // of the last change that is in them
	layout int   // of the files, when what is theirs was copied

	id          []int64 // of the row that speaks
	holder      []WorkerID
	whereabouts         // of the holder's file: read in one line with the rest
	issued      []int32 // date.Day
	expires     []int32
	revoked     []int32 // date.Forever when it is not
	occupation  []int32
	rank, form  []uint8
}

// paperLine is a certificate in force as the columns hold it.
type paperLine struct {
	id                                   int64
	holder                               WorkerID
	unit, employer, district, words      int32 // unit below 0: not copied from the file yet
	issued, expires, revoked, occupation int32
	rank, form                           uint8
}

func lineOf(holder WorkerID, c *CertificateRow) paperLine {
	revoked := date.Forever
	if c.RevokedOn.Valid {
		revoked = c.RevokedOn.V
	}
	return paperLine{c.ID, holder, -1, 0, 0, 0, int32(c.IssuedOn), int32(c.ExpiresOn), int32(revoked), c.Occupation, uint8(c.Rank), uint8(c.Form)}
}

// heldPaper is a certificate in force with its holder.
type heldPaper struct {
	holder WorkerID
	CertificateRow
}

// readPapers runs read with the roll and its certificates brought up to what the transaction sees.
func (s *Service) readPapers(ctx context.Context, tx *db.Tx, read func(r *roll) error) error {
	var number int64
	if err := tx.QueryRow(ctx, `SELECT number FROM registry_roll_head WHERE id = 1`, nil, &number); err != nil {
		return fmt.Errorf("state of the roll: %w", err)
	}
	for {
		behind := false
		err := s.readRoll(ctx, tx, func(r *roll) error {
			if behind = r.papersBehind(number); behind {
				return nil
			}
			return read(r)
		})
		if err != nil || !behind {
			return err
		}
		if err := s.roll.followPapers(ctx, tx, number, s.Precedence); err != nil {
			return err
		}
	}
}

func (r *roll) papersBehind(number int64) bool {
	return !r.papers.loaded || r.papers.number < number || r.papers.layout != r.layout
}

// followPapers takes in what was changed up to a number. The files are never behind it.
func (r *roll) followPapers(ctx context.Context, tx *db.Tx, number int64, order Precedence) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := &r.papers
	if !p.loaded || p.number < number {
		spans, all, err := changes(ctx, tx, p.loaded, p.number, number)
		if err != nil {
			return err
		}
		if all {
			spans = []span{everything}
		}
		lines, read, err := papersOf(ctx, tx, order, spans)
		if err != nil {
			return fmt.Errorf("read certificates for the roll: %w", err)
		}
		if all {
			*p = paperColumns{}
		}
		p.renew(lines, read)
		p.loaded, p.number = true, number
	}
	return r.place()
}

// place copies what is the files' to the certificates that do not have it yet: to all when the files got other places.
func (r *roll) place() error {
	p, c := &r.papers, &r.files
	for i, w := range p.holder {
		if p.unit[i] >= 0 && p.layout == r.layout {
			continue
		}
		at, ok := slices.BinarySearch(c.id, w)
		if !ok {
			return fmt.Errorf("certificates of %s: the roll has no such file", w)
		}
		p.unit[i], p.employer[i], p.district[i], p.words[i] = c.unit[at], c.employer[at], c.district[at], c.words[at]
	}
	p.layout = r.layout
	return nil
}

// renew puts lines in the place of what was held of the people who were read.
func (p *paperColumns) renew(lines []paperLine, read func(WorkerID) bool) {
	slices.SortFunc(lines, func(a, b paperLine) int { return cmp.Compare(a.id, b.id) })
	next := paperColumns{loaded: p.loaded, number: p.number, layout: p.layout}
	next.grow(len(p.id) + len(lines))
	for i, id := range p.id {
		for len(lines) > 0 && lines[0].id < id {
			next.add(lines[0])
			lines = lines[1:]
		}
		// A row that another file now holds leaves the one that held it while the two were one person's.
		if read(p.holder[i]) || len(lines) > 0 && lines[0].id == id {
			continue
		}
		next.add(paperLine{id, p.holder[i], p.unit[i], p.employer[i], p.district[i], p.words[i], p.issued[i], p.expires[i], p.revoked[i], p.occupation[i], p.rank[i], p.form[i]})
	}
	for _, l := range lines {
		next.add(l)
	}
	*p = next
}

func (p *paperColumns) grow(n int) {
	p.id, p.holder = make([]int64, 0, n), make([]WorkerID, 0, n)
	p.unit, p.employer, p.district, p.words = make([]int32, 0, n), make([]int32, 0, n), make([]int32, 0, n), make([]int32, 0, n)
	p.issued, p.expires, p.revoked, p.occupation = make([]int32, 0, n), make([]int32, 0, n), make([]int32, 0, n), make([]int32, 0, n)
	p.rank, p.form = make([]uint8, 0, n), make([]uint8, 0, n)
}

func (p *paperColumns) add(l paperLine) {
	p.id, p.holder = append(p.id, l.id), append(p.holder, l.holder)
	p.unit, p.employer, p.district, p.words = append(p.unit, l.unit), append(p.employer, l.employer), append(p.district, l.district), append(p.words, l.words)
	p.issued, p.expires, p.revoked, p.occupation = append(p.issued, l.issued), append(p.expires, l.expires), append(p.revoked, l.revoked), append(p.occupation, l.occupation)
	p.rank, p.form = append(p.rank, l.rank), append(p.form, l.form)
}

// paperReading gathers the certificates in force of some people from their rows. Those of files that are one person's
// are told together, so they wait until all rows were read.
type paperReading struct {
	order Precedence
	alias aliases
	tied  map[WorkerID]bool // files that are one person's with others
	spans []span            // of the files read; sorted, none touching another
	rows  map[WorkerID]*Sources
	put   func(holder WorkerID, c *CertificateRow)
}

// papersOf reads the certificates in force of the files in some spans, and of all that are one person's with them.
func papersOf(ctx context.Context, tx *db.Tx, order Precedence, spans []span) (lines []paperLine, read func(WorkerID) bool, err error) {
	alias, err := allAliases(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	g := paperReading{order: order, alias: alias, tied: map[WorkerID]bool{}, rows: map[WorkerID]*Sources{}, put: func(holder WorkerID, c *CertificateRow) { lines = append(lines, lineOf(holder, c)) }}
	for w, survivor := range alias {
		g.tied[w], g.tied[survivor] = true, true
	}
	g.spans = joined(spans)
	roots := map[WorkerID]bool{}
	for w := range g.tied {
		if g.read(w) {
			roots[alias.root(w)] = true
		}
	}
	for w := range g.tied {
		if roots[alias.root(w)] {
			spans = append(spans, span{w, w})
		}
	}
	g.spans = joined(spans)
	for _, p := range g.spans {
		if err := g.add(ctx, tx, `worker_id >= $1 AND worker_id <= $2`, []any{int64(p.first), int64(p.last)}); err != nil {
			return nil, nil, err
		}
	}
	g.end()
	return lines, g.read, nil
}

// papersHeld reads the certificates in force of some people, and of all files that are one person's with them.
func papersHeld(ctx context.Context, tx *db.Tx, order Precedence, workers []WorkerID) (list []heldPaper, family []WorkerID, err error) {
	alias, err := aliasesOf(ctx, tx, workers)
	if err != nil {
		return nil, nil, err
	}
	g := paperReading{order: order, alias: alias, tied: map[WorkerID]bool{}, rows: map[WorkerID]*Sources{}, put: func(holder WorkerID, c *CertificateRow) { list = append(list, heldPaper{holder, *c}) }}
	family = slices.Clone(workers)
	for w, survivor := range alias {
		g.tied[w], g.tied[survivor] = true, true
		family = append(family, w, survivor)
	}
	slices.Sort(family)
	family = slices.Compact(family)
	for part := range slices.Chunk(family, batch) {
		in, args := in(1, part)
		if err := g.add(ctx, tx, `worker_id IN `+in, args); err != nil {
			return nil, nil, err
		}
	}
	g.end()
	return list, family, nil
}

// joined are the spans in order, those that touch made one.
func joined(spans []span) []span {
	list := slices.Clone(spans)
	slices.SortFunc(list, func(a, b span) int { return cmp.Compare(a.first, b.first) })
	var out []span
	for _, p := range list {
		if n := len(out); n > 0 && (out[n-1].last == math.MaxInt64 || p.first <= out[n-1].last+1) {
			out[n-1].last = max(out[n-1].last, p.last)
			continue
		}
		out = append(out, p)
	}
	return out
}

// read reports whether the rows of a file were read.
func (g *paperReading) read(w WorkerID) bool {
	i, ok := slices.BinarySearchFunc(g.spans, w, func(p span, w WorkerID) int { return cmp.Compare(p.first, w) })
	return ok || i > 0 && g.spans[i-1].last >= w
}

// add reads the rows of some files that are in force. Few people have decisions, which are read first.
func (g *paperReading) add(ctx context.Context, tx *db.Tx, where string, args []any) error {
	if err := g.decisions(ctx, tx, where, args); err != nil {
		return err
	}
	now := &Sources{}
	err := tx.Query(ctx, `SELECT worker_id, id, number_index, as_of, rank, occupation, issued_on, expires_on, revoked_on, district, recorded_at, sender, form, import_id, line FROM registry_certificate
WHERE `+where+` AND withdrawn_at IS NULL ORDER BY worker_id, id`, args, func(row db.Scanner) error {
		var w WorkerID
		var r CertificateRow
		var at db.Time
		var number []byte
		if err := row.Scan(&w, &r.ID, &number, &r.AsOf, &r.Rank, &r.Occupation, &r.IssuedOn, &r.ExpiresOn, &r.RevokedOn, &r.District, &at, &r.Sender, &r.Form, &r.Import, &r.Line); err != nil {
			return err
		}
		r.Key, r.RecordedAt = string(number), at.Time
		if g.tied[w] {
			src := g.of(w)
			src.Certificates = append(src.Certificates, r)
			return nil
		}
		if w != now.Worker {
			g.take(now)
			now.Worker, now.Certificates = w, now.Certificates[:0]
		}
		now.Certificates = append(now.Certificates, r)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read certificates: %w", err)
	}
	g.take(now)
	return nil
}

func (g *paperReading) of(w WorkerID) *Sources {
	if g.rows[w] == nil {
		g.rows[w] = &Sources{Worker: w}
	}
	return g.rows[w]
}

// decisions reads what people decided about the certificates of some files.
func (g *paperReading) decisions(ctx context.Context, tx *db.Tx, where string, args []any) error {
	err := tx.Query(ctx, `SELECT worker_id, id, number_index, revoked_on, recorded_at FROM registry_revocation WHERE `+where+` AND withdrawn_at IS NULL ORDER BY worker_id, id`, args, func(row db.Scanner) error {
		var w WorkerID
		var r RevocationRow
		var at db.Time
		var number []byte
		err := row.Scan(&w, &r.ID, &number, &r.RevokedOn, &at)
		r.Key, r.RecordedAt = string(number), at.Time
		g.of(w).Revocations = append(g.of(w).Revocations, r)
		return err
	})
	if err != nil {
		return fmt.Errorf("read revocations: %w", err)
	}
	n := len(args) + 1
	err = tx.Query(ctx, fmt.Sprintf(`SELECT worker_id, id, kept_id, recorded_at FROM registry_ruling WHERE %s AND kind = $%d AND withdrawn_at IS NULL ORDER BY worker_id, id`, where, n), append(slices.Clone(args), string(CertificateDiffers)), func(row db.Scanner) error {
		var w WorkerID
		r := RulingRow{Kind: CertificateDiffers}
		var at db.Time
		err := row.Scan(&w, &r.ID, &r.Kept, &at)
		r.RecordedAt = at.Time
		g.of(w).Rulings = append(g.of(w).Rulings, r)
		return err
	})
	if err != nil {
		return fmt.Errorf("read decisions: %w", err)
	}
	return nil
}

// take tells what is in force in a file that is alone.
func (g *paperReading) take(src *Sources) {
	if d := g.rows[src.Worker]; d != nil {
		src = &Sources{Worker: src.Worker, Certificates: src.Certificates, Revocations: d.Revocations, Rulings: d.Rulings}
	}
	g.tell(src)
}

// tell adds what is in force of a person's rows.
func (g *paperReading) tell(src *Sources) {
	if len(src.Certificates) == 1 && len(src.Revocations)+len(src.Rulings) == 0 { // nearly all
		g.put(src.Worker, &src.Certificates[0])
		return
	}
	for _, c := range certificates(src, g.order) {
		g.put(src.Worker, &c)
	}
}

// end tells what is in force of the people who have several files.
func (g *paperReading) end() {
	whole := map[WorkerID]*Sources{}
	for _, w := range slices.Sorted(maps.Keys(g.rows)) {
		if !g.tied[w] {
			continue
		}
		root := g.alias.root(w)
		if whole[root] == nil {
			whole[root] = &Sources{Worker: root}
		}
		whole[root].lend(g.rows[w], w != root)
	}
	for _, root := range slices.Sorted(maps.Keys(whole)) {
		g.tell(whole[root])
	}
}
