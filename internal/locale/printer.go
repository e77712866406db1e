package locale

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/money"
)

// Printer prints in one language. It is immutable and may be shared.
type Printer struct {
	lang  Lang
	words map[string]string // of lang
	zh    map[string]string // of the default language
}

// New makes a printer for a language; an unknown one prints Chinese.
func New(lang Lang) Printer {
	all := catalogues()
	words, ok := all[lang]
	if !ok {
		lang, words = ZH, all[ZH]
	}
	return Printer{lang: lang, words: words, zh: all[ZH]}
}

// Lang is the printer's language.
func (p Printer) Lang() Lang { return p.lang }

// Has reports whether the key has a text in either language.
func (p Printer) Has(key string) bool {
	_, ok := p.lookup(key)
	return ok
}

func (p Printer) lookup(key string) (string, bool) {
	if s, ok := p.words[key]; ok {
		return s, true
	}
	s, ok := p.zh[key]
	return s, ok
}

// T gives the text of a key with its arguments. A text missing in the printer's language is
// shown in Chinese, a key without any text is shown itself. Arguments that are days, times,
// amounts or lists of words are printed in the language, so their verb is always %s.
func (p Printer) T(key string, args ...any) string {
	text, ok := p.lookup(key)
	if !ok {
		return key
	}
	if !strings.Contains(text, "%") {
		return text
	}
	printed := make([]any, len(args))
	for i, a := range args {
		printed[i] = p.argument(a)
	}
	return fmt.Sprintf(text, printed...)
}

func (p Printer) argument(a any) any {
	switch v := a.(type) {
	case date.Day:
		return p.Day(v)
	case date.Month:
		return p.Month(v)
	case money.Fen:
		return p.Fen(v)
	case time.Time:
		return p.Time(v)
	case []string:
		return p.List(v)
	}
	return a
}

// Fault gives the sentence that a person reads for an error, and what to do about it, empty
// if the fault does not say. An error that is not a fault gives the general sentence; its
// chain is for the log alone. The problems of single inputs are printed by Field.
func (p Printer) Fault(err error) (sentence, fix string) {
	if err == nil {
		return "", ""
	}
	e, ok := fault.As(err)
	if !ok {
		return p.T("fault.internal"), p.T("fault.internal_fix")
	}
	if e.Fix != "" {
		fix = p.T(e.Fix)
	}
	return p.T(e.Key, e.Args...), fix
}

// Field gives the sentence for a problem of one input.
func (p Printer) Field(f fault.Field) string { return p.T(f.Key, f.Args...) }

// List joins words: 丹阳市、扬中市 or Danyang, Yangzhong.
func (p Printer) List(words []string) string {
	if p.lang == EN {
		return strings.Join(words, ", ")
	}
	return strings.Join(words, "、")
}

// Int prints a whole number with thousands separators: 680,000.
func (p Printer) Int(n int64) string {
	sign, u := magnitude(n)
	return sign + group(u)
}

// Wan prints a large number as Chinese readers expect it, in units of 10,000 (万) with one
// decimal, rounded half away from zero: 603,000 is 60.3 万, 680,000 is 68 万. Below 10,000,
// and in English, it is Int.
func (p Printer) Wan(n int64) string {
	sign, u := magnitude(n)
	if p.lang == EN || u < 10_000 {
		return p.Int(n)
	}
	tenths := u / 1000
	if u%1000 >= 500 {
		tenths++
	}
	s := sign + group(tenths/10)
	if d := tenths % 10; d != 0 {
		s += "." + strconv.FormatUint(d, 10)
	}
	return s + " 万"
}

// Fen prints an amount in yuan with two decimals: 23,310,000.00 元, CNY 23,310,000.00.
func (p Printer) Fen(f money.Fen) string {
	sign, u := magnitude(int64(f))
	s := fmt.Sprintf("%s%s.%02d", sign, group(u/100), u%100)
	if p.lang == EN {
		return "CNY " + s
	}
	return s + " 元"
}

// magnitude splits a number, also the smallest one, into sign and absolute value.
func magnitude(n int64) (string, uint64) {
	if n < 0 {
		return "-", -uint64(n)
	}
	return "", uint64(n)
}

func group(u uint64) string {
	s := strconv.FormatUint(u, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Day prints 2023年4月5日 or 5 April 2023. The two bounds of periods are words (长期).
func (p Printer) Day(d date.Day) string {
	switch d {
	case date.Forever:
		return p.T("date.forever")
	case date.Ever:
		return p.T("date.ever")
	}
	year, month, day := d.YMD()
	if p.lang == EN {
		return fmt.Sprintf("%d %s %d", day, time.Month(month), year)
	}
	return fmt.Sprintf("%d年%d月%d日", year, month, day)
}

// DayShort prints 2023-04-05, for tables. The two bounds of periods are words (长期).
func (p Printer) DayShort(d date.Day) string {
	if d == date.Forever || d == date.Ever {
		return p.Day(d)
	}
	return d.String()
}

// Month prints 2023年4月 or April 2023, and nothing for an unknown month.
func (p Printer) Month(m date.Month) string {
	if m == 0 {
		return ""
	}
	year, month := m.YM()
	if p.lang == EN {
		return fmt.Sprintf("%s %d", time.Month(month), year)
	}
	return fmt.Sprintf("%d年%d月", year, month)
}

// Time prints an instant as civil time in China, to the minute: 2023年4月5日 14:05.
func (p Printer) Time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	sep := " "
	if p.lang == EN {
		sep = ", "
	}
	return p.Day(date.On(t)) + sep + t.In(date.China).Format("15:04")
}
