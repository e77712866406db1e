package cn

import (
	"strings"
	"testing"
)

func TestPinyinFirm_writes_word_by_word(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"镇江市总工会":          "Zhenjiang Shi Zonggonghui",
		"丹阳新光眼镜有限公司":      "Danyang Xinguang Yanjing Youxian Gongsi",
		"镇江新区总工会":         "Zhenjiang Xinqu Zonggonghui",
		"江边船厂":            "Jiangbian Chuanchang",
		"丹阳镜片厂":           "Danyang Jingpian Chang",
		"句容市绿源建材（集团）有限公司": "Jurong Shi Lüyuan Jiancai (Jituan) Youxian Gongsi",
		"中国银行镇江分行":        "Zhongguo Yinhang Zhenjiang Fenhang",
		"长江重工股份有限公司":      "Changjiang Zhonggong Gufen Youxian Gongsi",
		"江苏ABC DEF电子有限公司": "Jiangsu ABC DEF Dianzi Youxian Gongsi",
		"丹阳市第3技工学校":       "Danyang Shi Di 3 Jigong Xuexiao",
		"镇江市建设产业工会":       "Zhenjiang Shi Jianshe Chanye Gonghui",
		"西安路面粉厂":          "Xi'anlu Mianfen Chang",
		"Siemens Ltd":     "Siemens Ltd",
		"":                "",
	} {
		if got := PinyinFirm(name); got != want {
			t.Errorf("%s is written %q, want %q", name, got, want)
		}
	}
}

func TestSpelledFirm_is_what_is_searched_for(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][2]string{"丹阳新光眼镜有限公司": {"danyangxinguangyanjingyouxiangongsi", "dyxgyjyxgs"}, "长江重工": {"changjiangzhonggong", "cjzg"}, "江苏ABC（绿源）厂": {"jiangsuabclvyuanchang", "jsabclyc"}, "": {}} {
		if full, initials := SpelledFirm(name); full != want[0] || initials != want[1] {
			t.Errorf("%s: %q %q, want %q", name, full, initials, want)
		}
	}
}

// A word of the lexicon whose reading was forgotten would be printed short.
func TestFirmLexicon_reads_every_character(t *testing.T) {
	t.Parallel()
	n := 0
	for _, list := range firmLexicon() {
		for _, w := range list {
			n++
			if len(w.syllables) != len(w.text) || strings.Contains(strings.Join(w.syllables, "-"), "--") {
				t.Errorf("%s has the syllables %q", string(w.text), w.syllables)
			}
			for _, s := range w.syllables {
				if s == "" {
					t.Errorf("a character of %s has no reading", string(w.text))
				}
			}
		}
	}
	if n < 200 {
		t.Errorf("only %d words", n)
	}
}

func BenchmarkSpelledFirm(b *testing.B) {
	for b.Loop() {
		SpelledFirm("丹阳市演示凌川汽车零部件（集团）有限公司")
	}
}
