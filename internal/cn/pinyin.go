package cn

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
)

// surnameReadings are surnames (姓) read otherwise than the character usually is.
var surnameReadings = map[rune]string{
	'单': "shan", '解': "xie", '仇': "qiu", '查': "zha", '曾': "zeng", '任': "ren", '朴': "piao",
	'区': "ou", '盖': "ge", '乐': "yue", '纪': "ji", '缪': "miao", '种': "chong", '翟': "zhai",
	'覃': "qin", '折': "she", '黑': "he", '秘': "bi", '员': "yun", '召': "shao", '繁': "po",
	'佴': "nai", '冼': "xian", '宓': "mi", '葛': "ge", '贾': "jia", '石': "shi", '车': "che",
	'薄': "bo", '柏': "bai", '揭': "jie", '隗': "kui", '燕': "yan", '应': "ying",
	'牟': "mou", '那': "na", '宁': "ning", '阙': "que", '盛': "sheng", '祭': "zhai", '重': "chong",
	'晁': "chao", '瞿': "qu", '幺': "yao", '曲': "qu", '谌': "chen", '郗': "xi", '钭': "tou",
	'句': "gou", '干': "gan", '行': "xing", '尉': "wei", '洗': "xian", '沈': "shen", '於': "yu",
	'长': "zhang", '哈': "ha", '万': "wan", '殷': "yin", '藏': "zang", '尹': "yin",
}

// nameReadings are characters that names read otherwise than the dictionary's first reading,
// wherever they stand in the name.
var nameReadings = map[rune]string{'卜': "bu", '晟': "sheng"}

// longSurnames are the surnames of two characters (复姓) with their readings.
var longSurnames = map[string][2]string{
	"欧阳": {"ou", "yang"}, "司马": {"si", "ma"}, "上官": {"shang", "guan"}, "诸葛": {"zhu", "ge"},
	"东方": {"dong", "fang"}, "皇甫": {"huang", "fu"}, "尉迟": {"yu", "chi"}, "公孙": {"gong", "sun"},
	"慕容": {"mu", "rong"}, "令狐": {"ling", "hu"}, "司徒": {"si", "tu"}, "夏侯": {"xia", "hou"},
	"长孙": {"zhang", "sun"}, "宇文": {"yu", "wen"}, "轩辕": {"xuan", "yuan"}, "端木": {"duan", "mu"},
	"万俟": {"mo", "qi"}, "独孤": {"du", "gu"}, "南宫": {"nan", "gong"}, "西门": {"xi", "men"},
	"百里": {"bai", "li"}, "呼延": {"hu", "yan"}, "闻人": {"wen", "ren"}, "澹台": {"tan", "tai"},
	"公冶": {"gong", "ye"}, "宗政": {"zong", "zheng"}, "濮阳": {"pu", "yang"}, "淳于": {"chun", "yu"},
	"单于": {"chan", "yu"}, "太叔": {"tai", "shu"}, "申屠": {"shen", "tu"}, "仲孙": {"zhong", "sun"},
	"鲜于": {"xian", "yu"}, "闾丘": {"lv", "qiu"}, "司空": {"si", "kong"}, "司寇": {"si", "kou"},
	"颛孙": {"zhuan", "sun"}, "巫马": {"wu", "ma"}, "漆雕": {"qi", "diao"}, "乐正": {"yue", "zheng"},
	"拓跋": {"tuo", "ba"}, "谷梁": {"gu", "liang"}, "东郭": {"dong", "guo"}, "羊舌": {"yang", "she"},
	"梁丘": {"liang", "qiu"}, "左丘": {"zuo", "qiu"}, "东门": {"dong", "men"}, "第五": {"di", "wu"},
	"赫连": {"he", "lian"}, "钟离": {"zhong", "li"},
}

// Pinyin gives a person's name in full pinyin for search: zhangsan for 张三. Letters and digits
// stay, in lower case; ü is v; all else goes.
func Pinyin(name string) string {
	full, _ := Spelled(name)
	return full
}

// Initials gives the first letters of the syllables: zs for 张三.
func Initials(name string) string {
	_, initials := Spelled(name)
	return initials
}

// Spelled gives Pinyin and Initials of a name at once, for those who need both of many names.
func Spelled(name string) (full, initials string) {
	syllables, _ := spell(name)
	first := make([]byte, len(syllables))
	for i, s := range syllables {
		first[i] = s[0]
	}
	return strings.Join(syllables, ""), string(first)
}

// PinyinName gives a Chinese name as English pages print it, surname first: Ouyang Xiaoming,
// Lü Mei (GB/T 28039). A name without Chinese characters is given as it is.
func PinyinName(name string) string {
	if !strings.ContainsFunc(name, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return name
	}
	if parts := strings.FieldsFunc(name, isMiddleDot); len(parts) > 1 { // names of minorities and foreigners: 阿迪力·艾山
		for i, p := range parts {
			full, _ := Spelled(p)
			parts[i] = capital(full)
		}
		return strings.Join(parts, " ")
	}
	syllables, surname := spell(name)
	if surname == 0 || surname >= len(syllables) {
		return capital(strings.Join(syllables, ""))
	}
	return capital(strings.Join(syllables[:surname], "")) + " " + capital(strings.Join(syllables[surname:], ""))
}

// capital makes the first letter large and ü of v, which pinyin does not have.
func capital(s string) string {
	s = strings.ReplaceAll(s, "v", "ü")
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(r)) + s[size:]
}

// spell gives the syllables of a name and how many of them are the surname; 0 if the name has
// parts with a dot between, as names of minorities and foreigners do.
func spell(name string) (syllables []string, surname int) {
	runes := []rune(Fold(name))
	start := 0
	dotted := strings.ContainsFunc(name, isMiddleDot)
	if !dotted && len(runes) > 2 {
		if reading, ok := longSurnames[string(runes[:2])]; ok {
			syllables, surname, start = append(syllables, reading[0], reading[1]), 2, 2
		}
	}
	if !dotted && start == 0 && len(runes) > 1 {
		surname = 1
		if reading, ok := surnameReadings[runes[0]]; ok {
			syllables, start = append(syllables, reading), 1
		}
	}
	for _, r := range runes[start:] {
		if s := syllable(r); s != "" {
			syllables = append(syllables, s)
		}
	}
	return syllables, surname
}

// syllable reads one character; a letter or digit is itself, anything else nothing. A
// character with several readings has the commonest.
func syllable(r rune) string {
	if r < utf8.RuneSelf {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return string(r)
		}
		return ""
	}
	if s, ok := nameReadings[r]; ok {
		return s
	}
	if s, ok := spelledRunes.Load(r); ok {
		return s.(string) //nolint:errcheck // only strings are stored
	}
	var s string
	if readings := pinyin.SinglePinyin(r, pinyin.NewArgs()); len(readings) > 0 {
		s = strings.ReplaceAll(readings[0], "ü", "v")
	}
	spelledRunes.Store(r, s)
	return s
}

// spelledRunes keeps what the dictionary said: names use a few thousand characters again and again, and
// the dictionary's way from its accents to plain letters was a tenth of an import. A name cannot fill
// it without bound, for there are no more than 100,000 Chinese characters.
var spelledRunes sync.Map // rune → string
