package web

import (
	"tuoxing/internal/listing"
	"tuoxing/internal/web/part"
)

// sorted makes the headings of a list ways to order it: names gives the order's column for each heading, empty for
// one that orders nothing, and to the address of the list in an order, from its first page on.
func sorted(cols []part.Column, names []string, now listing.Order, to func(listing.Order) string) []part.Column {
	for i, name := range names {
		if name == "" {
			continue
		}
		cols[i].Href = to(now.Turned(name))
		if now.Name() == name {
			cols[i].Dir = "ascending"
			if now.Down() {
				cols[i].Dir = "descending"
			}
		}
	}
	return cols
}
