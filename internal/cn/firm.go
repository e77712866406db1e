package cn

import (
	"slices"
	"strings"
	"sync"
	"unicode"
)

// firmWords are words that stand in names of firms, unions and schools, so that their pinyin is written word by word (GB/T 16159-2012, 4
// and 6.2: words are joined, kinds of places and bodies stand apart, each begins with a capital). A word with a
// character that is read otherwise than usual has its syllables behind it.
const firmWords = `
镇江 京口 润州 丹徒 丹阳 扬中 句容 大港 江苏 南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 泰州 宿迁 上海 北京
天津 浙江 杭州 宁波 安徽 广东 深圳 山东 中国 华东 江南 江北 苏南 长江=chang-jiang
长三角=chang-san-jiao 厦门=xia-men 六合=lu-he 重庆=chong-qing 六安=lu-an
长春=chang-chun 长沙=chang-sha 长城=chang-cheng 长安=chang-an 朝阳=chao-yang 市 区
县 省 镇 乡 街道 新区 高新区 经开区 开发区 园区 工业园 产业园 科技园 社区 总工会 行业工会 工会 联合会 委员会 管委会
办公室 协会 商会 中心 研究院 研究所 设计院 学院 学校 大学 医院 技工 技师 职业 技术 中等 高等 专科 专业 培训 教育
人力资源 社会保障 保障 财政 工业 信息化 局 厅 部 站 所 院 厂 店 公司 分公司 子公司 总公司 集团 企业 有限 股份 责任
合伙 独资 合作社 个体 工商户 分厂 车间 事务所 服务部 经营部 门市部 超市 商场 酒店 饭店 宾馆 大厦=da-sha 科技 工程
建设 建筑 建材 装饰 安装 设计 设备 机械 机电 电子 电器 电气 电力 电缆 电机 电源 电池 仪器 仪表 光学 光电 眼镜 镜片
镜架 镜业 视光 汽车 车辆 零部件 配件 船舶 造船 船厂 航空 航天 铁路 轨道 交通 运输 物流 仓储 快递 港务 港口 码头 桥梁
公路 路桥 市政 园林 绿化 环境 环保 水务 自来水 污水 燃气 热力 能源 新能源 风电 光伏 太阳能 锅炉 制冷
空调=kong-tiao 暖通 钢铁 钢管 金属 有色 铝业 铜业 铸造 锻造 模具 五金 工具 轴承=zhou-cheng 齿轮 阀门
泵业 管业 塑料 塑胶 橡胶 化工 化学 化纤 纤维 涂料 材料 新材料 陶瓷 玻璃 水泥 木业 家具 家居 造纸 纸业 印刷 包装 纺织
服装 服饰 针织 印染 皮革 鞋业 工艺品 玩具 文化 传媒 广告 旅游 体育 食品 饮料 酒业 醋业 面粉 粮油 粮食 油脂
调味品=tiao-wei-pin 水产 农业 农机 种业=zhong-ye 生物 医药 药业 制药 医疗 器械 健康 养老 家政 物业 管理
咨询 服务 商贸 贸易 商业 实业 发展 投资 控股 置业 房地产 地产 银行=yin-hang 分行=fen-hang
支行=zhi-hang 保险 证券 信息 网络 软件 通信 通讯 数据 智能 智造 制造 加工 生产 经营 销售 进出口 国际 百货 餐饮
酒楼 石油 石化 矿业 重工=zhong-gong 重型=zhong-xing 重机=zhong-ji 轻工 特种 精密 精工 数控 自动化
机器人 半导体 芯片 行业=hang-ye 行政=xing-zheng 音乐=yin-yue 乐器=yue-qi 会计=kuai-ji 便利
供应链 供销 供电 发电 变压器 开关 照明 灯具 消防 安全 保安 检测 检验 认证 计量 劳务 外包 人才 服务业 示例 第一 第二
第三 第四 第五 第六 第七 第八 第九 第十 产业 联合 复合 集成 电路 部件 演示 线缆 铝材 碳素 玻纤 结构 钢构 磨料 薄膜
耐火 冶金 石墨 树脂 热电 酿造 研究 技能 精细 装备 轨交 丝绸 制品 用品 器材 标准件 紧固件 弹簧 压铸
热处理=re-chu-li 电镀 喷涂 机床 液压 气动 电梯 起重=qi-zhong 叉车 摩托车 自行车 农牧 养殖
种植=zhong-zhi 屠宰 冷链 茶叶 烟草 钟表 首饰 影视 动漫 游戏 会展=hui-zhan 展览 拍卖 典当 租赁 担保 基金
信托 审计 税务 法律 律师 公证 测绘 勘察 监理 招标 造价 幼儿园 小学 中学 党校 老年
`

// firmWord is a word with its syllables.
type firmWord struct {
	text      []rune
	syllables []string
}

// firmLexicon are the words by their first character, the longest first.
var firmLexicon = sync.OnceValue(func() map[rune][]firmWord {
	out := map[rune][]firmWord{}
	for _, entry := range strings.Fields(firmWords) {
		text, said, _ := strings.Cut(entry, "=")
		w := firmWord{text: []rune(text)}
		if said != "" {
			w.syllables = strings.Split(said, "-")
		} else {
			for _, r := range w.text {
				w.syllables = append(w.syllables, syllable(r))
			}
		}
		out[w.text[0]] = append(out[w.text[0]], w)
	}
	for _, list := range out {
		slices.SortStableFunc(list, func(a, b firmWord) int { return len(b.text) - len(a.text) })
	}
	return out
})

// PinyinFirm gives the name of a firm, union or school as English pages print it: Danyang Shi Xinguang Yanjing Youxian Gongsi for
// 丹阳市新光眼镜有限公司. What stands between known words, the firm's own name mostly, is one word. Latin words,
// digits and brackets stay; a name without Chinese characters is given as it is.
func PinyinFirm(name string) string {
	if !strings.ContainsFunc(name, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return name
	}
	var words []string
	for _, w := range splitFirm(name) {
		words = append(words, w.print())
	}
	return strings.ReplaceAll(strings.ReplaceAll(strings.Join(words, " "), "( ", "("), " )", ")")
}

// SpelledFirm gives the name of a firm in full pinyin and the first letters of its syllables, both for search: danyangyanjing and dyyj for
// 丹阳眼镜. Letters and digits stay, in lower case; ü is v; all else goes.
func SpelledFirm(name string) (full, initials string) {
	var f, i strings.Builder
	for _, w := range splitFirm(name) {
		for _, s := range w.syllables {
			f.WriteString(s)
			i.WriteByte(s[0])
		}
		if w.syllables == nil {
			text := Fold(strings.Trim(string(w.text), "()"))
			f.WriteString(text)
			i.WriteString(text)
		}
	}
	return f.String(), i.String()
}

// print writes a word with its capital; a syllable that begins with a vowel is set off by an apostrophe. What is not Chinese stays.
func (w firmWord) print() string {
	if w.syllables == nil {
		return strings.TrimSpace(string(w.text))
	}
	var b strings.Builder
	for i, s := range w.syllables {
		if i > 0 && strings.ContainsRune("aoe", rune(s[0])) {
			b.WriteByte('\'')
		}
		b.WriteString(s)
	}
	return capital(b.String())
}

// splitFirm takes a name apart: known words, what stands between them, runs of Latin letters and digits, brackets.
func splitFirm(name string) []firmWord {
	var out []firmWord
	var run firmWord // Chinese characters that begin no known word
	flush := func() {
		if len(run.text) > 0 {
			out = append(out, run)
			run = firmWord{}
		}
	}
	runes := []rune(name)
	for i := 0; i < len(runes); {
		r := runes[i]
		if w, ok := knownWord(runes[i:]); ok {
			flush()
			out = append(out, w)
			i += len(w.text)
			continue
		}
		switch s := ""; {
		case unicode.Is(unicode.Han, r):
			if s = syllable(r); s != "" {
				run.text, run.syllables = append(run.text, r), append(run.syllables, s)
				break
			}
			fallthrough // a character that no dictionary reads stands as it is
		default:
			flush()
			out = appendSign(out, r)
		}
		i++
	}
	flush()
	return out
}

// knownWord is the longest known word with which a text begins.
func knownWord(text []rune) (firmWord, bool) {
	for _, w := range firmLexicon()[text[0]] {
		if len(w.text) <= len(text) && slices.Equal(w.text, text[:len(w.text)]) {
			return w, true
		}
	}
	return firmWord{}, false
}

// appendSign adds a character that is not Chinese to the run before it; brackets stand for themselves, and blanks and dots part words.
func appendSign(out []firmWord, r rune) []firmWord {
	n := len(out)
	latin := n > 0 && out[n-1].syllables == nil && !strings.ContainsRune("()", out[n-1].text[0])
	switch {
	case (unicode.IsSpace(r) || isMiddleDot(r)) && !latin:
		return out
	case unicode.IsSpace(r) || isMiddleDot(r):
		r = ' '
	case r == '（' || r == '(':
		return append(out, firmWord{text: []rune("(")})
	case r == '）' || r == ')':
		return append(out, firmWord{text: []rune(")")})
	}
	if latin {
		out[n-1].text = append(out[n-1].text, r)
		return out
	}
	return append(out, firmWord{text: []rune{r}})
}
