package listing

import (
	"maps"
	"slices"
	"strings"

	"tuoxing/internal/fault"
)

// Order is the order in which a reader asked to see a list: the name of a column, with a minus before it for
// descending. Empty is the list's own order: the official one for districts and firms, the newest first for what happened. A list
// is never given out in another order than its own unless somebody asked for it.
type Order string

// Name is the column.
func (o Order) Name() string { return strings.TrimPrefix(string(o), "-") }

// Down reports a descending order.
func (o Order) Down() bool { return strings.HasPrefix(string(o), "-") }

// Turned is what the heading of a column asks for: this column ascending, or turned round if the list
// already stands in its order.
func (o Order) Turned(name string) Order {
	if o.Name() == name && !o.Down() {
		return Order("-" + name)
	}
	return Order(name)
}

// By is what a column orders by: an expression in SQL, written in code and never by a reader.
type By struct {
	Expr string
	Flip bool // a larger value comes first when ascending: age by the month of birth
}

// Orders are the columns by which a list may be ordered, by name.
type Orders map[string]By

// Of gives the expression of an order and whether it descends; no expression for the list's own order.
// A column that is not offered is refused.
func (all Orders) Of(o Order) (expr string, down bool, err error) {
	if o == "" {
		return "", false, nil
	}
	by, ok := all[o.Name()]
	if !ok {
		var c fault.Check
		c.Add("sort", "listing.order_unknown", string(o), strings.Join(slices.Sorted(maps.Keys(all)), "、"))
		return "", false, c.Err()
	}
	return by.Expr, o.Down() != by.Flip, nil
}
