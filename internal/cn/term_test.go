package cn

import "testing"

func TestPinyinTerm_spells_and_keeps_the_original(t *testing.T) {
	t.Parallel()
	for term, want := range map[string]string{
		"车工": "Che gong 车工", "眼镜制造": "Yan jing zhi zao 眼镜制造", "农、林、牧业": "Nong, lin, mu ye 农、林、牧业", "3D打印设备操作员": "3D da yin she bei cao zuo yuan 3D打印设备操作员", "绿化工": "Lü hua gong 绿化工", "welder": "welder", "": "",
	} {
		if got := PinyinTerm(term); got != want {
			t.Errorf("%s is spelled %q, want %q", term, got, want)
		}
	}
}

func TestPinyinTerm_spells_every_occupation_and_industry(t *testing.T) {
	t.Parallel()
	for _, name := range occupations().names {
		if got := PinyinTerm(name); len(got) < 2*len([]rune(name)) || got == name {
			t.Errorf("%s is spelled %q", name, got)
		}
	}
}
