package registry

import (
	"math"
	"slices"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
)

// paperWanted is a filter as tables and bounds over what the columns hold.
type paperWanted struct {
	wanted           // of the holders' files; its ranks do not count
	rank, form uint8 // 0 passes all
	occupation int32
	from, to   int32
	state      Validity
	today      int32
}

// chosenBy asks every certificate.
func (p *paperColumns) chosenBy(w *paperWanted) chosen {
	return sift(len(p.id), func(lo, hi int) uint64 { return p.own(w, lo, hi, p.some(&w.wanted, lo, hi)) })
}

// own asks what is not the holder's.
func (p *paperColumns) own(w *paperWanted, lo, hi int, bits uint64) uint64 {
	if bits != 0 && w.rank != 0 {
		bits &= lanes(p.rank[lo:hi], func(r uint8) uint8 { return same(int32(r), int32(w.rank)) })
	}
	if bits != 0 && w.form != 0 {
		bits &= lanes(p.form[lo:hi], func(f uint8) uint8 { return same(int32(f), int32(w.form)) })
	}
	if bits != 0 && w.occupation != 0 {
		bits &= lanes(p.occupation[lo:hi], func(o int32) uint8 { return same(o, w.occupation) })
	}
	if bits != 0 && (w.from != math.MinInt32 || w.to != math.MaxInt32) {
		bits &= lanes(p.issued[lo:hi], func(d int32) uint8 {
			if d >= w.from && d <= w.to {
				return 1
			}
			return 0
		})
	}
	if w.state == "" {
		return bits
	}
	for at := lo; at < hi; at++ {
		if p.validity(int32(at), w.today) != w.state {
			bits &^= 1 << (uint(at-lo) & 63)
		}
	}
	return bits
}

// validity is CertificateRow.ValidityOn.
func (p *paperColumns) validity(at, today int32) Validity {
	switch {
	case p.revoked[at] <= today:
		return Revoked
	case p.issued[at] > today:
		return NotYet
	case p.expires[at] < today:
		return Expired
	}
	return Valid
}

// paperPage gives the certificates of a page, and how many the filter chooses. The page begins behind f.After, which the
// reader must be allowed to see; those of one key stand by id.
func (r *roll) paperPage(who account.Scope, f CertificateFilter, today date.Day) (page []paperAt, total int, err error) {
	key, down, err := r.paperKey(f)
	if err != nil {
		return nil, 0, err
	}
	holders, nobody := r.wants(who, f.holders())
	if nobody {
		return nil, 0, nil
	}
	w := paperWanted{wanted: holders, rank: uint8(f.Rank), form: uint8(f.Form), occupation: f.Occupation, from: math.MinInt32, to: math.MaxInt32, state: f.State, today: int32(today)}
	if f.From != 0 {
		w.from = int32(f.From)
	}
	if f.To != 0 {
		w.to = int32(f.To)
	}
	p := &r.papers
	papers := p.chosenBy(&w)
	total = papers.count()
	sort := keyed{key: key, down: down, most: f.Limit, after: ranked{math.MinInt32, -1}}
	if f.After != 0 {
		at, ok := slices.BinarySearch(p.id, int64(f.After))
		if !ok || w.units[p.unit[at]] == 0 {
			return nil, 0, fault.New(fault.Invalid, "listing.after_gone")
		}
		sort.after = sort.of(int32(at))
	}
	for _, at := range sort.first(papers) {
		page = append(page, paperAt{p.holder[at], p.id[at]})
	}
	return page, total, nil
}

// paperKey gives what an order compares.
func (r *roll) paperKey(f CertificateFilter) (key func(at int32) int32, down bool, err error) {
	_, down, err = certificateOrders.Of(f.Order)
	if err != nil {
		return nil, false, err
	}
	p := &r.papers
	switch f.Order.Name() {
	case "name":
		return func(at int32) int32 { return r.words.order[p.words[at]] }, down, nil
	case "rank":
		return func(at int32) int32 { return int32(p.rank[at]) }, down, nil
	case "issued":
		return func(at int32) int32 { return p.issued[at] }, down, nil
	default: // issued last first
		return func(at int32) int32 { return p.issued[at] }, true, nil
	}
}
