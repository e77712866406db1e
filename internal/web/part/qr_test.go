package part

import (
	"regexp"
	"strconv"
	"testing"

	"github.com/skip2/go-qrcode"
)

// The path is read back square by square and compared with the code itself.
func TestNewQR_draws_every_square_of_the_code(t *testing.T) {
	t.Parallel()
	const text = "https://tuoxing.example.cn/activate#ma1xyz000-hr/7K2QM-XR4VT-9HBNC-0WZSE-6YJ3PA"
	q, err := NewQR(text)
	if err != nil {
		t.Fatal(err)
	}
	code, err := qrcode.New(text, qrcode.Low)
	if err != nil {
		t.Fatal(err)
	}
	code.DisableBorder = true
	want := code.Bitmap()
	if q.size != len(want) || q.size < 21 {
		t.Fatalf("%d squares wide, want %d", q.size, len(want))
	}
	got := make([][]bool, q.size)
	for y := range got {
		got[y] = make([]bool, q.size)
	}
	runs := regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`)
	for _, m := range runs.FindAllStringSubmatch(q.path, -1) {
		x, _ := strconv.Atoi(m[1])
		y, _ := strconv.Atoi(m[2])
		n, _ := strconv.Atoi(m[3])
		for i := range n {
			got[y][x+i] = true
		}
	}
	if rest := runs.ReplaceAllString(q.path, ""); rest != "" {
		t.Errorf("the path holds %q besides", rest)
	}
	for y := range want {
		for x := range want[y] {
			if got[y][x] != want[y][x] {
				t.Fatalf("the square %d, %d is %v", x, y, got[y][x])
			}
		}
	}
	if _, err := NewQR(""); err == nil {
		t.Error("nothing has a code")
	}
}
