package part

import (
	"fmt"
	"strings"

	"tuoxing/internal/date"
)

// Trend is how a figure stood on the same day of some years, the last of which is now.
type Trend struct {
	Points []TrendPoint
	// Change is by how much it differs from the year before, signed and with its unit; empty when there was none.
	Change string
	Words  string // the same in words: more than a year before, by 1.0%
	Up     int    // 1, 0, −1
}

// TrendPoint is the figure on one of the days; without a value there is a gap.
type TrendPoint struct {
	On    date.Day
	Value Quantity
	N     int64
}

// The box in which the line is drawn, and the room that it leaves for its stroke.
const (
	sparkWidth, sparkHeight = 100, 24
	sparkEdge               = 3
)

// line gives the corners of the line as an SVG attribute, from the lowest value below to the highest above; a line that never
// changes lies in the middle.
func (t Trend) line() string {
	low, high, known := int64(0), int64(0), 0
	for _, p := range t.Points {
		if p.Value.None() {
			continue
		}
		if known++; known == 1 {
			low, high = p.N, p.N
		}
		low, high = min(low, p.N), max(high, p.N)
	}
	if known < 2 {
		return ""
	}
	var corners []string
	for i, p := range t.Points {
		if p.Value.None() {
			continue
		}
		x := sparkEdge + float64(i)*(sparkWidth-2*sparkEdge)/float64(len(t.Points)-1)
		y := float64(sparkHeight) / 2
		if high > low {
			y = sparkHeight - sparkEdge - float64(p.N-low)/float64(high-low)*(sparkHeight-2*sparkEdge)
		}
		corners = append(corners, fmt.Sprintf("%.1f,%.1f", x, y))
	}
	return strings.Join(corners, " ")
}

// end is the corner of the last value.
func (t Trend) end() (x, y string) {
	corners := strings.Fields(t.line())
	x, y, _ = strings.Cut(corners[len(corners)-1], ",")
	return x, y
}

// sparkWords says the line to whom does not see it, and on hover.
func (b Base) sparkWords(t Trend) string {
	words := make([]string, len(t.Points))
	for i, p := range t.Points {
		words[i] = b.T("web.trend_point", p.On, b.Exact(p.Value))
	}
	return b.List(words)
}
