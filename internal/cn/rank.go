package cn

import "strings"

// Levels of skill (技能等级) are kept as rank: 1 学徒工, 2 初级工, 3 中级工, 4 高级工, 5 技师,
// 6 高级技师, 7 特级技师, 8 首席技师; 0 is no certificate. Printed levels run the other way,
// from 五级 (lowest) to 一级, and are not compared anywhere.
//
// The words of the ranks are the keys cn.rank.0 to cn.rank.8.
const (
	MinRank = 1
	MaxRank = 8
)

// rankOfLevel turns the printed level 5–1 into rank 2–6.
func rankOfLevel(level int) int { return 7 - level }

// rankWords are the words for a rank, folded. Printed levels are added by levelWords.
var rankWords = map[string]int{
	"学徒工": 1, "学徒": 1,
	"初级工": 2, "初级": 2, "初级技工": 2, "初级技能": 2,
	"中级工": 3, "中级": 3, "中级技工": 3, "中级技能": 3,
	"高级工": 4, "高级": 4, "高级技工": 4, "高级技能": 4,
	"技师":   5,
	"高级技师": 6,
	"特级技师": 7,
	"首席技师": 8,
}

// levelWords are the printed levels 1–5 as digit, Chinese numeral and Roman numeral. Fold
// makes iii of Ⅲ.
var levelWords = map[string]int{
	"1": 1, "2": 2, "3": 3, "4": 4, "5": 5,
	"一": 1, "二": 2, "三": 3, "四": 4, "五": 5,
	"壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5,
	"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5,
}

// levelLeads may stand before a level and say nothing.
var levelLeads = []string{"国家职业资格", "职业资格", "职业技能等级", "职业技能", "技能等级", "国家"}

// longestRankWord counts letters of the longest word or level with 级.
const longestRankWord = 4

// Rank reads a skill level as written: 三级, 高级工, 三级/高级工, 高级工（三级）, Ⅲ级, 3,
// 国家职业资格三级. 高级 alone is 高级工. ok is false for an empty text, for 无 and —, for
// professional titles (中级职称 is no skill level), and if two words contradict each other.
func Rank(text string) (rank int, ok bool) {
	rest := Fold(text)
	for _, lead := range levelLeads {
		if after, found := strings.CutPrefix(rest, lead); found {
			rest = after
			break
		}
	}
	previous := ""
	for {
		rest = strings.TrimLeft(rest, "/\\|()-、,，;；:：")
		if rest == "" {
			return rank, rank != 0
		}
		word, r := leadingRank(rest)
		if r == 0 || (rank != 0 && r != rank) || word == previous {
			return 0, false
		}
		rank, previous, rest = r, word, rest[len(word):]
	}
}

// RankWorded reports whether a skill level is written with the word for it (高级工, 技师) and not by a grade alone (三级). Before 1994
// workers had eight grades (八级工制), of which the third was among the lowest.
func RankWorded(text string) bool {
	return strings.ContainsAny(Fold(text), "初中高师")
}

// leadingRank finds the longest word for a level at the beginning of the text.
func leadingRank(s string) (word string, rank int) {
	n := 0
	for i := range s {
		if n > longestRankWord {
			return word, rank
		}
		if r := rankOfWord(s[:i]); r != 0 {
			word, rank = s[:i], r
		}
		n++
	}
	if r := rankOfWord(s); r != 0 && n <= longestRankWord {
		return s, r
	}
	return word, rank
}

func rankOfWord(s string) int {
	if r, ok := rankWords[s]; ok {
		return r
	}
	if level, ok := levelWords[strings.TrimSuffix(s, "级")]; ok {
		return rankOfLevel(level)
	}
	return 0
}
