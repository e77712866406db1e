package audit

import "strconv"

// PageSQL is the statement with which a page of the list is read.
func PageSQL(f Filter) (string, []any) {
	where, args := f.pageWhere()
	return pageSelect + where + pageOrder + ` LIMIT $` + strconv.Itoa(len(args)+1), append(args, f.Limit)
}
