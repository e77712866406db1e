package demo

// trade is one class of GB/T 4754-2017 with the words for its firms and the occupations (2022
// classification) of its people.
type trade struct {
	class  string // four digits
	letter byte   // section
	words  []string
	make   []string // 生产操作
	serve  []string // 服务
}

// Sections of production and of modern services. Only in these a post can make a worker: 生产操作
// and 技术 in the first, 服务 as well in the second.
const (
	producing = "BCDEG"
	serving   = "ILMO"
)

const eyeClass = "3587" // 眼镜制造

// technical are the occupations of 技术 posts by section; other sections use the last line.
var technical = map[byte][]string{
	'C': {"质检员", "机修钳工", "电工", "机械制造工程技术人员", "模具设计工程技术人员", "设备点检员"},
	'D': {"电工", "仪器仪表维修工", "继电保护员", "化学检验员"},
	'E': {"工程测量员", "建设工程质量检测员", "安全员"},
	'G': {"机电设备维修工", "道路运输调度员", "安全员"},
	'I': {"计算机程序设计员", "数据库运行管理员", "网络与信息安全管理员", "人工智能训练师"},
	'L': {"安全员", "机电设备维修工"},
	'M': {"试验员", "计量员", "无损检测员"},
	'O': {"电工", "机动车检测工"},
	0:   {"电工", "机电设备维修工", "安全员"},
}

// helping are the occupations of 服务 posts in factories and on sites.
var helping = []string{"保安员", "保洁员", "餐厅服务员"}

// ownBusiness are the occupations of holders who are on no roster.
var ownBusiness = []string{"电工", "焊工", "汽车维修工", "美发师", "美容师", "养老护理员", "婴幼儿发展引导员", "保育师", "家政服务员",
	"眼镜验光师", "眼镜定配工", "车工", "网约配送员", "快递员", "缝纫工", "装饰装修工", "互联网营销师", "计算机程序设计员", "茶艺师", "中式烹调师"}

var trades = []trade{
	{eyeClass, 'C', []string{"光学眼镜", "眼镜", "镜片", "镜架", "视光科技"},
		[]string{"眼镜架制作工", "光学镜头制造工", "镀膜工", "眼镜定配工", "塑料制品成型制作工", "眼镜验光师", "包装工"}, helping},
	{"1462", 'C', []string{"醋业", "酿造"}, []string{"食醋制作工", "包装工", "酿酒师"}, helping},
	{"1819", 'C', []string{"服饰", "服装"}, []string{"裁剪工", "缝纫工", "缝纫品整型工"}, helping},
	{"2231", 'C', []string{"纸业", "纸制品"}, []string{"造纸工", "包装工"}, helping},
	{"2319", 'C', []string{"印务", "包装印刷"}, []string{"印刷操作员", "包装工"}, helping},
	{"2614", 'C', []string{"化工", "精细化工"}, []string{"化工总控工", "化工单元操作工", "化学检验员"}, helping},
	{"2651", 'C', []string{"新材料", "树脂"}, []string{"化工总控工", "化工原料准备工", "工业废水处理工"}, helping},
	{"2915", 'C', []string{"橡胶制品", "乳胶制品"}, []string{"橡胶制品生产工", "包装工"}, helping},
	{"2921", 'C', []string{"塑业", "薄膜"}, []string{"塑料制品成型制作工", "包装工"}, helping},
	{"2929", 'C', []string{"塑料制品", "塑胶"}, []string{"塑料制品成型制作工", "模具工"}, helping},
	{"3061", 'C', []string{"玻纤", "复合材料"}, []string{"机械设备安装工", "质检员"}, helping},
	{"3091", 'C', []string{"碳素", "石墨"}, []string{"炭素特种材料工", "炭素成型工", "炭素焙烧工", "车工"}, helping},
	{"3099", 'C', []string{"耐火材料", "磨料"}, []string{"磨工", "包装工"}, helping},
	{"3110", 'C', []string{"冶金", "钢铁"}, []string{"金属轧制工", "金属材精整工", "起重装卸机械操作工"}, helping},
	{"3252", 'C', []string{"铝业", "铝材"}, []string{"金属轧制工", "金属挤压工", "金属材热处理工"}, helping},
	{"3311", 'C', []string{"钢构", "金属结构"}, []string{"焊工", "铆工", "涂装工"}, helping},
	{"3322", 'C', []string{"工具", "五金工具"}, []string{"工具五金制作工", "锻造工", "金属热处理工"}, helping},
	{"3421", 'C', []string{"机床", "数控机床"}, []string{"机床装调维修工", "装配钳工", "铣工", "车工"}, helping},
	{"3484", 'C', []string{"机械", "精密机械"}, []string{"车工", "铣工", "磨工", "多工序数控机床操作调整工", "装配钳工"}, helping},
	{"3525", 'C', []string{"模具", "精密模具"}, []string{"模具工", "工具钳工", "电切削工"}, helping},
	{"3562", 'C', []string{"半导体装备", "微电子设备"}, []string{"装配钳工", "电子设备装接工", "工业机器人系统操作员"}, helping},
	{"3670", 'C', []string{"汽车部件", "汽车零部件"}, []string{"冲压工", "焊工", "汽车饰件制造工", "工业机器人系统运维员"}, helping},
	{"3731", 'C', []string{"船舶", "造船"}, []string{"焊工", "船舶修理工", "涂装工", "起重工"}, helping},
	{"3734", 'C', []string{"船用设备", "船舶动力"}, []string{"车工", "装配钳工", "铸造工"}, helping},
	{"3823", 'C', []string{"电气", "电力设备"}, []string{"高低压电器及成套设备装配工", "电工", "冲压工"}, helping},
	{"3831", 'C', []string{"电缆", "线缆"}, []string{"电线电缆制造工", "绝缘制品制造工"}, helping},
	{"3841", 'C', []string{"新能源", "电池科技"}, []string{"电池制造工", "工业机器人系统操作员"}, helping},
	{"3872", 'C', []string{"灯具", "照明"}, []string{"灯具制造工", "电光源制造工"}, helping},
	{"3973", 'C', []string{"集成电路", "芯片科技"}, []string{"电子设备装接工", "电子设备调试工"}, helping},
	{"3982", 'C', []string{"电路科技", "电子"}, []string{"印制电路制作工", "电子设备装接工"}, helping},
	{"4411", 'D', []string{"发电", "能源"}, []string{"锅炉运行值班员", "汽轮机运行值班员", "发电集控值班员"}, helping},
	{"4412", 'D', []string{"热电", "热力"}, []string{"锅炉操作工", "燃料值班员"}, helping},
	{"4420", 'D', []string{"供电服务", "电力工程"}, []string{"变配电运行值班员", "送配电线路工"}, helping},
	{"4511", 'D', []string{"燃气", "天然气"}, []string{"燃气储运工", "管工"}, helping},
	{"4610", 'D', []string{"水务", "供水"}, []string{"水生产处理工", "水供应输排工"}, helping},
	{"4710", 'E', []string{"建筑", "建设工程"}, []string{"砌筑工", "钢筋工", "混凝土工", "架子工"}, helping},
	{"4813", 'E', []string{"市政工程", "路桥"}, []string{"筑路工", "公路养护工", "混凝土工"}, helping},
	{"4910", 'E', []string{"安装工程", "机电安装"}, []string{"电气设备安装工", "机械设备安装工", "焊工"}, helping},
	{"5011", 'E', []string{"装饰", "装饰工程"}, []string{"装饰装修工", "建筑门窗幕墙安装工"}, helping},
	{"5431", 'G', []string{"物流", "运输"}, []string{"道路货运汽车驾驶员", "装卸搬运工"}, helping},
	{"5523", 'G', []string{"航运", "内河运输"}, []string{"起重装卸机械操作工", "装卸搬运工"}, helping},
	{"5532", 'G', []string{"港务", "港口"}, []string{"起重装卸机械操作工", "理货员"}, helping},
	{"5990", 'G', []string{"仓储", "供应链"}, []string{"仓储管理员", "理货员"}, helping},
	{"6020", 'G', []string{"速运", "快递"}, []string{"快递员", "道路货运汽车驾驶员"}, helping},
	{"6513", 'I', []string{"软件", "信息科技"}, []string{"计算机程序设计员"}, []string{"呼叫中心服务员", "计算机软件测试员"}},
	{"6531", 'I', []string{"系统集成", "数据科技"}, []string{"物联网安装调试员"}, []string{"信息通信网络运行管理员"}},
	{"7271", 'L', []string{"安保服务", "保安服务"}, []string{"电工"}, []string{"保安员"}},
	{"7310", 'M', []string{"应用研究", "材料研究"}, []string{"试验员"}, []string{"计量员"}},
	{"7452", 'M', []string{"检测", "检测技术"}, []string{"试验员"}, []string{"化学检验员", "无损检测员"}},
	{"7484", 'M', []string{"工程设计", "规划设计"}, []string{"工程测量员"}, []string{"工程测量员"}},
	{"8111", 'O', []string{"汽车服务", "汽修"}, []string{"汽车维修工"}, []string{"汽车维修工", "汽车救援员"}},
	{"5211", 'F', []string{"百货", "商厦"}, []string{"电工"}, []string{"商品营业员", "收银员"}},
	{"5212", 'F', []string{"超市", "商贸"}, []string{"电工"}, []string{"商品营业员", "收银员"}},
	{"6110", 'H', []string{"大酒店", "宾馆"}, []string{"电工"}, []string{"客房服务员", "餐厅服务员"}},
	{"6210", 'H', []string{"餐饮", "餐饮管理"}, []string{"中式烹调师"}, []string{"餐厅服务员"}},
	{"7020", 'K', []string{"物业", "物业服务"}, []string{"电工"}, []string{"保安员", "保洁员", "物业管理师"}},
	{"8391", 'P', []string{"职业培训", "技能培训"}, []string{"电工"}, []string{"保洁员"}},
	{"8399", 'P', []string{"教育", "教育科技"}, []string{"电工"}, []string{"保洁员"}},
	{"8415", 'Q', []string{"口腔医院", "眼科医院"}, []string{"电工"}, []string{"保洁员"}},
	{"8421", 'Q', []string{"卫生服务", "健康服务"}, []string{"电工"}, []string{"保洁员"}},
	{"8810", 'R', []string{"文化艺术", "演艺"}, []string{"电工"}, []string{"保洁员"}},
}
