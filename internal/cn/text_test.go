package cn_test

import (
	"math"
	"strings"
	"testing"

	"tuoxing/internal/cn"
	"tuoxing/internal/fault"
	"tuoxing/internal/money"
)

func TestFold_makes_spellings_equal(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"张三": "张三", "ＡＢＣ １２": "abc12", "阿卜杜·热合曼": "阿卜杜热合曼", "镇江【新区】": "镇江(新区)",
		"江苏（丹阳）": "江苏(丹阳)", "a\u200bb": "ab", "Ⅲ级": "iii级", "\u3000": "", "①": "1", "": "",
	}
	for in, want := range cases {
		if got := cn.Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
		if got := cn.Fold(cn.Fold(in)); got != want {
			t.Errorf("folding %q twice gives %q", in, got)
		}
	}
}

func TestFoldHeader_drops_remarks(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"姓名（必填）": "姓名", "技能等级（选填）": "技能等级", "理论\n成绩": "理论成绩", "联系电话：": "联系电话",
		"*身份证号": "身份证号", "手机号码＊": "手机号码", "补贴金额(万元)": "补贴金额(万元)", "合同始期（年-月-日）": "合同始期(年-月-日)", "姓名*：": "姓名",
	}
	for in, want := range cases {
		if got := cn.FoldHeader(in); got != want {
			t.Errorf("FoldHeader(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCheckName_by_what_stands_in_a_name(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"张三": "", "阿依古丽·买买提": "", "欧阳娜": "", "王〇": "", "王𠮷": "", "赵\ue863明": "", "张𬭬": "", "\U000F0001明": "", "John Smith": "", "O'Brien Tom": "", "Smith, John": "",
		"Anne-Marie": "", "J. Li": "", "张A": "", "Zoë Li": "", "卓玛Dolma": "",
		"张三2": "digits", "张三２": "digits", "张三②": "digits", "张三Ⅱ": "digits", "张三㈠": "digits", "张三٢": "digits", "张三½": "digits",
		"张三、李四": "signs", "张三/李四": "signs", "张三;李四": "signs", "张三#李四": "signs", "张三,李四": "signs", "张三，李四": "signs", "李四(大)": "signs", "王五*": "signs", "王五?": "signs", "张三|李四": "signs",
		"王五：": "signs", "张三=": "signs", "张三。": "signs", "张三😀": "signs", "张": "length", "": "length",
	} {
		err := cn.CheckName(name)
		got := ""
		if f, ok := fault.As(err); ok {
			got = strings.TrimPrefix(f.Key, "cn.name_")
		}
		if got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestCleanName(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"张三": "张三", "张　三": "张三", "张 三 ": "张三", "李四（女）": "李四", "李四(男)": "李四",
		"阿卜杜•热合曼": "阿卜杜·热合曼", "阿卜杜 · 热合曼": "阿卜杜·热合曼", "John  Smith": "John Smith",
		"王\u200b五": "王五", "㐂二": "㐂二", "Zoe\u0308 Li": "Zoë Li",
	}
	for in, want := range cases {
		got, mended := cn.CleanName(in)
		if got != want || mended != (in != want) {
			t.Errorf("CleanName(%q) = %q, mended %v", in, got, mended)
		}
	}
}

func TestCheckName_refuses_lengths_and_digits(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"张三": "", "张": "cn.name_length", "": "cn.name_length", strings.Repeat("名", 30): "",
		strings.Repeat("名", 31): "cn.name_length", "张三1": "cn.name_digits",
	}
	for in, key := range cases {
		err := cn.CheckName(in)
		if e, ok := fault.As(err); ok != (key != "") || (ok && e.Key != key) {
			t.Errorf("CheckName(%q) = %v, want %q", in, err, key)
		}
	}
}

func TestParsePhone(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"13800001234": "13800001234", "+86 138-0000-1234": "13800001234", "8613800001234": "13800001234",
		"１３８００００１２３４": "13800001234", "0086 13800001234": "13800001234", "'13800001234": "13800001234",
		"12800001234": "", "1380000123": "", "138000012345": "", "0511-80001234": "", "": "", "1380000123a": "",
	}
	for in, want := range cases {
		if got, err := cn.ParsePhone(in); got != want || (err == nil) != (want != "") {
			t.Errorf("ParsePhone(%q) = %q, %v", in, got, err)
		}
	}
}

func TestParseNumber_refuses_what_is_not_a_number(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"五百", "1,5", "1,2345", "1.", ".5", "1.2.3", "1,513.5,0", "1.1E+17", "9999999999999999", "3-5人", "--3"} {
		if n, err := cn.ParseNumber(in); err == nil {
			t.Errorf("%q gives %+v", in, n)
		}
	}
}

func TestParseCount(t *testing.T) {
	t.Parallel()
	cases := []struct {
		in, unit, key string
		n             int64
	}{
		{in: "3人", n: 3, unit: "人"}, {in: "1,513", n: 1513}, {in: "１２", n: 12}, {in: "12.0", n: 12}, {in: "1,234,567 人次", n: 1234567, unit: "人次"},
		{in: "-3", key: "cn.number_whole"}, {in: "2.5", key: "cn.number_whole"}, {in: "—", key: "cn.number_empty"}, {in: "缺考", key: "cn.number_empty"}, {in: "三人", key: "cn.number_unreadable"},
	}
	for _, c := range cases {
		n, unit, err := cn.ParseCount(c.in)
		e, bad := fault.As(err)
		if n != c.n || unit != c.unit || bad != (c.key != "") || (bad && e.Key != c.key) {
			t.Errorf("ParseCount(%q) = %d, %q, %v", c.in, n, unit, err)
		}
	}
}

func TestParseDecimalYuan(t *testing.T) {
	t.Parallel()
	cases := []struct {
		in, header, key string
		want            money.Fen
	}{
		{in: "36.35", header: "补贴金额(万元)", want: 36_350_000},
		{in: "36.35", header: "补贴金额（元）", want: 3635},
		{in: "36.35万元", header: "补贴金额（元）", want: 36_350_000},
		{in: "500 元/人", want: 50_000},
		{in: "1,513,750.00", want: 151_375_000},
		{in: "¥500", want: 50_000},
		{in: "-3.5", want: -350},
		{in: "2.5亿元", want: 25_000_000_000},
		{in: "1.23456", header: "万元", want: 1_234_560},
		{in: "1.2345678", header: "万元", key: "cn.money_fraction"},
		{in: "1.234", key: "cn.money_fraction"},
		{in: "500美金", key: "cn.money_unit"},
		{in: "—", key: "cn.number_empty"},
		{in: "若干", key: "cn.number_unreadable"},
	}
	for _, c := range cases {
		got, err := cn.ParseDecimalYuan(c.in, c.header)
		e, bad := fault.As(err)
		if got != c.want || bad != (c.key != "") || (bad && e.Key != c.key) {
			t.Errorf("ParseDecimalYuan(%q, %q) = %d, %v", c.in, c.header, got, err)
		}
	}
}

func TestNumber_At_refuses_to_overflow_and_to_round(t *testing.T) {
	t.Parallel()
	if v, ok := (cn.Number{Digits: math.MaxInt64 / 2}).At(1); ok {
		t.Errorf("overflow gives %d", v)
	}
	if v, ok := (cn.Number{Digits: 15, Scale: 1}).At(0); ok {
		t.Errorf("1.5 without places gives %d", v)
	}
	if v, ok := (cn.Number{Digits: -985, Scale: 1}).At(2); !ok || v != -9850 {
		t.Errorf("-98.5 at two places gives %d, %v", v, ok)
	}
}

func TestPinyin_knows_surnames(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, full, initials, printed string }{
		{"张三", "zhangsan", "zs", "Zhang San"},
		{"单雄信", "shanxiongxin", "sxx", "Shan Xiongxin"},
		{"解缙", "xiejin", "xj", "Xie Jin"},
		{"仇英", "qiuying", "qy", "Qiu Ying"},
		{"查良", "zhaliang", "zl", "Zha Liang"},
		{"曾国", "zengguo", "zg", "Zeng Guo"},
		{"任重", "renzhong", "rz", "Ren Zhong"},
		{"朴实", "piaoshi", "ps", "Piao Shi"},
		{"尉迟恭", "yuchigong", "ycg", "Yuchi Gong"},
		{"欧阳小明", "ouyangxiaoming", "oyxm", "Ouyang Xiaoming"},
		{"欧阳", "ouyang", "oy", "Ou Yang"},
		{"万俟卨", "moqixie", "mqx", "Moqi Xie"},
		{"吕梅", "lvmei", "lm", "Lü Mei"},
		{"女", "nv", "n", "Nü"},
		{"阿卜杜·热合曼", "abudureheman", "abdrhm", "Abudu Reheman"},
		{"John Smith", "johnsmith", "johnsmith", "John Smith"},
		{"", "", "", ""},
	}
	for _, c := range cases {
		if got := cn.Pinyin(c.name); got != c.full {
			t.Errorf("Pinyin(%s) = %q, want %q", c.name, got, c.full)
		}
		if got := cn.Initials(c.name); got != c.initials {
			t.Errorf("Initials(%s) = %q, want %q", c.name, got, c.initials)
		}
		if got := cn.PinyinName(c.name); got != c.printed {
			t.Errorf("PinyinName(%s) = %q, want %q", c.name, got, c.printed)
		}
	}
}
