package part

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/skip2/go-qrcode"
)

// QR is a QR code as a shape of squares.
type QR struct {
	size int
	path string
}

// quiet is the white border that readers need around a code, in squares. The standard asks for four; a slip
// is white for more than that beyond it.
const quiet = 2

// NewQR makes the code of a text. The lowest level of correction gives the largest squares: a slip is read once, fresh
// from the printer.
func NewQR(text string) (QR, error) {
	code, err := qrcode.New(text, qrcode.Low)
	if err != nil {
		return QR{}, fmt.Errorf("make QR code: %w", err)
	}
	code.DisableBorder = true
	rows := code.Bitmap()
	var b strings.Builder
	for y, row := range rows {
		for x := 0; x < len(row); {
			if !row[x] {
				x++
				continue
			}
			from := x
			for x < len(row) && row[x] {
				x++
			}
			n := strconv.Itoa(x - from)
			b.WriteString("M" + strconv.Itoa(from) + " " + strconv.Itoa(y) + "h" + n + "v1h-" + n + "z")
		}
	}
	return QR{size: len(rows), path: b.String()}, nil
}

func (q QR) box() string {
	n := q.size + 2*quiet
	return fmt.Sprintf("-%d -%d %d %d", quiet, quiet, n, n)
}
