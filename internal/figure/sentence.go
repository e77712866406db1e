package figure

import (
	"strings"

	"tuoxing/internal/account"
	"tuoxing/internal/ledger"
	"tuoxing/internal/locale"
	"tuoxing/internal/org"
)

// Sentences are one value said in words, to be put into a report or a letter.
type Sentences struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// In gives the sentence in a language.
func (s Sentences) In(lang locale.Lang) string {
	if lang == locale.EN {
		return s.EN
	}
	return s.ZH
}

// Speaker says values in words: it knows for whom, so that no unit outside the reader's own is named.
type Speaker struct {
	labels *Labels
	scope  account.Scope
	demo   bool
}

// Speaker makes one for a reader; demo marks what it says of a made-up city.
func (l *Labels) Speaker(who account.Actor, demo bool) Speaker {
	return Speaker{labels: l, scope: who.Scope, demo: demo}
}

// Say writes the total of an answered figure as one sentence in each language: day, scope, figure with its filters, value with
// unit, a rate with its two sides, and the block as known at which it was answered.
func (s Speaker) Say(v *Value) Sentences { return s.SayCell(v, v.Total) }

// SayCell writes one cell of a cross table, whose keys are filters more.
func (s Speaker) SayCell(v *Value, c Cell) Sentences {
	return Sentences{ZH: s.say(locale.ZH, v, c), EN: s.say(locale.EN, v, c)}
}

func (s Speaker) say(lang locale.Lang, v *Value, c Cell) string {
	l := *s.labels
	l.p = locale.New(lang)
	s.labels = &l
	what := v.TitleIn(string(lang)) + s.filters(v, c)
	unit := l.p.T("figure.unit." + string(v.Unit))
	if c.Value == 1 {
		unit = l.p.T("figure.unit_one." + string(v.Unit))
	}
	text := ""
	switch {
	case !c.Defined:
		text = l.p.T("figure.sentence_none", v.On, s.where(), what, l.p.Int(v.Block))
	case v.Ratio != nil:
		text = l.p.T("figure.sentence_rate", v.On, s.where(), what, l.p.Int(c.Value), unit, l.p.Int(c.Numerator), l.p.Int(c.Denominator), l.p.Int(v.Ratio.Factor), l.p.Int(v.Block))
	default:
		text = l.p.T("figure.sentence_count", v.On, s.where(), what, l.p.Int(c.Value), unit, l.p.Int(v.Block))
	}
	if s.demo {
		text = l.p.T("figure.sentence_demo", text)
	}
	return text
}

// where is what the reader sees: the figure counts no more.
func (s Speaker) where() string {
	if s.scope.All {
		return s.labels.p.T("figure.whole_city")
	}
	return s.labels.p.T("figure.of_unit", s.labels.tree.Name(s.scope.Unit, s.labels.on))
}

// filters are the conditions of the question and the keys of the cell, in brackets; empty when there are none.
func (s Speaker) filters(v *Value, c Cell) string {
	p := s.labels.p
	var all []string
	add := func(d ledger.Dim, values []int64) {
		words := make([]string, len(values))
		for i, value := range values {
			words[i] = s.labels.NameFor(s.scope, d, value)
		}
		all = append(all, p.T("figure.sentence_filter", s.labels.Dim(d), words))
	}
	for _, w := range v.Where {
		add(w.Dim, w.In)
	}
	for i, k := range c.Keys {
		add(v.By[i], []int64{k})
	}
	if len(all) == 0 {
		return ""
	}
	return p.T("figure.sentence_filters", strings.Join(all, p.T("figure.sentence_and")))
}

// NameFor names a value of a dimension that a question asks for. A question can ask for any unit; that is no reason to name
// one outside the reader's own subtree.
func (l *Labels) NameFor(scope account.Scope, d ledger.Dim, v int64) string {
	if (d == ledger.Union || d == ledger.Employer) && v != 0 {
		if lo, _ := l.tree.Range(org.UnitID(v)); !scope.Has(lo) {
			return l.p.T("figure.other_unit")
		}
	}
	return l.Of(d, v)
}
