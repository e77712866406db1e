package figure

import (
	"context"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/ledger"
)

// PastYears is how many earlier years a card shows.
const PastYears = 4

// Point is a figure on the same day of one year.
type Point struct {
	On   date.Day
	Cell Cell
}

// Years answers a figure for the same day of some earlier years and of the day itself, the oldest first, all as known at the same
// block: what was learned since belongs to its year. Years before anything was true are not there.
func (s *Service) Years(ctx context.Context, who account.Actor, req Request, past int) ([]Point, error) {
	req.By = nil
	v, cols, err := s.begin(ctx, who, req)
	if err != nil {
		return nil, err
	}
	req.Block = v.Block
	var out []Point
	for back := past; back >= 0; back-- {
		req.On = v.On.AddMonths(-12 * back)
		c := s.pastTotal(cols, v.Indicator, req, ScopeOf(who.Scope))
		if len(out) > 0 || back == 0 || c.Defined && c.Value != 0 {
			out = append(out, Point{req.On, c})
		}
	}
	return out, nil
}

// pastKey names a total that never changes: facts as known at a block do not.
type pastKey struct {
	name  string
	on    date.Day
	block int64
	scope ledger.Scope
}

// mostPast is how many totals are remembered; a page of cards asks for some sixty, at each block and scope.
const mostPast = 4096

// pastTotal sums a figure, or remembers it. Filtered questions are summed each time.
func (s *Service) pastTotal(cols *ledger.Columns, ind *Indicator, req Request, scope ledger.Scope) Cell {
	key := pastKey{ind.Name, req.On, req.Block, scope}
	if len(req.Where) == 0 {
		s.pastLock.Lock()
		c, ok := s.past[key]
		s.pastLock.Unlock()
		if ok {
			return c
		}
	}
	c := total(ind, s.table(cols, ind, req, scope))
	if len(req.Where) == 0 {
		s.pastLock.Lock()
		if len(s.past) >= mostPast || s.past == nil {
			s.past = map[pastKey]Cell{}
		}
		s.past[key] = c
		s.pastLock.Unlock()
	}
	return c
}
