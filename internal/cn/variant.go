package cn

import "strings"

// nameVariants are characters that a clerk writes in a name for the standard one: the traditional and
// variant forms (繁体字、异体字) of 通用规范汉字表 (2013) that stand in names, and the folk short forms
// of surnames (闫 for 阎, 肖 for 萧, 付 for 傅, 代 for 戴), which a register may have either way. Each
// group begins with the form that the others are taken for.
var nameVariants = variantsOf(
	"升昇陞", "峰峯", "哲喆", "坤堃", "宁甯寧", "群羣", "岩巖嵒", "杰傑", "辉煇輝", "咏詠", "灿燦", "焕煥", "龙龍", "凤鳳", "国國",
	"华華", "伟偉", "军軍", "强強彊", "刚剛", "丽麗", "兰蘭", "云雲", "红紅", "齐齊", "陈陳", "刘劉", "张張", "杨楊", "黄黃",
	"赵趙", "吴吳", "孙孫", "马馬", "罗羅", "郑鄭", "谢謝", "许許", "韩韓", "冯馮", "邓鄧", "萧肖蕭", "叶葉", "苏蘇", "吕呂",
	"卢盧", "蒋蔣", "钟锺鐘鍾", "谭譚", "陆陸", "贾賈", "邹鄒", "阎闫閻閆", "龚龔", "万萬", "钱錢", "严嚴", "汤湯", "于於", "傅付",
	"戴代", "学學", "东東", "义義", "礼禮", "亚亞", "爱愛", "庆慶", "荣榮", "兴興", "贵貴", "宝寶寳", "庄莊", "剑劍劒", "泽澤", "润潤",
	"涛濤", "鹏鵬", "飞飛", "静靜", "娇嬌", "莲蓮", "琼瓊", "莹瑩", "颖穎頴", "娴嫻", "贤賢", "俊儁", "德悳", "迪廸", "乃廼迺",
	"和龢咊", "晃晄", "晖暉", "皓皜暠", "珍珎", "瑶瑤", "溪谿", "淳湻", "渊淵", "炼煉鍊", "略畧", "秋秌穐", "艺藝", "蕊蘂",
	"遍徧", "采採", "野埜壄", "钦欽", "锐銳", "锋鋒", "铭銘", "雁鴈", "韵韻", "鲜鮮")

func variantsOf(groups ...string) map[rune]rune {
	m := map[rune]rune{}
	for _, g := range groups {
		first := rune(0)
		for _, r := range g {
			if first == 0 {
				first = r
			} else if r != first {
				m[r] = first
			}
		}
	}
	return m
}

// PlainName is the form of a name in which its usual spellings are one: Fold (width, case, blanks, middle
// dots), and the standard character for each variant. It is for comparing, never for showing: two people
// may well have two spellings of one name.
func PlainName(name string) string {
	return strings.Map(func(r rune) rune {
		if s, ok := nameVariants[r]; ok {
			return s
		}
		return r
	}, Fold(name))
}
