package sheet

// ColumnName is the letters of a column, from 0, as spreadsheet programs show them: A, Z, AA.
func ColumnName(col int) string {
	name := ""
	for n := col + 1; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return name
}
