package demo

// brandFirst and brandSecond make the made-up part of a firm's name: 星河, 云帆 …
var (
	brandFirst  = []rune("星云青晨远朗沐启澄景瑞禾岚嘉铭恒竹泓曦昱柏润翎逸皓凌瀚峻知映")
	brandSecond = []rune("河帆禾光航舟川岭泉原野峰涛屿林湖岩桥塔衡程途望宁悦和丰顺通达")
)

// surnames are the hundred commonest, commonest first; early ones are drawn more often.
var surnames = []rune("王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤")

var (
	pairedSurnames = []string{"欧阳", "上官", "诸葛", "司徒", "尉迟"}
	menGiven       = []rune("伟强磊军勇杰涛明超刚平辉建国文斌海峰亮波志鹏飞龙浩宇俊林东旭晨阳博凯毅诚铭")
	womenGiven     = []rune("芳娜敏静丽艳娟霞秀玲桂英梅兰燕红云洁雪莉琴萍婷颖慧倩瑶雯欣怡晓月蓉蕾佳")
	dottedNames    = []string{"阿迪力·艾山", "艾力·买明", "木拉提·哈力", "古丽·阿依", "米娜·热依", "卓玛·央金"}
)

// scale words of firms by employees: bounds follow the statistical rule for industry (2011).
var sizes = []struct {
	from int
	name string
}{{1000, "大型"}, {300, "中型"}, {20, "小型"}, {0, "微型"}}

// ownerships are kinds of firms (经济类型) with weights.
var (
	ownerships       = []string{"私营", "其他有限责任", "国有独资", "集体", "股份合作", "港澳台", "外商"}
	ownershipWeights = []int{62, 22, 3, 2, 2, 4, 5}
)
