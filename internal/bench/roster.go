package bench

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/xuri/excelize/v2"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
)

// The roster is of the shape of a union's: ten columns, one firm for fifty people.
var (
	rosterHeads = []string{"序号", "姓名", "性别", "身份证号码", "单位名称", "岗位类别", "工种", "入职日期", "手机号码", "是否工会会员"}
	unitHeads   = []string{"单位名称", "单位类型", "上级单位", "所在地区", "行业代码", "成立日期"}
	districts   = []string{"京口区", "润州区", "丹徒区", "丹阳市", "扬中市", "句容市"}
	codes       = []string{"321102", "321111", "321112", "321181", "321182", "321183"} // of districts
	industries  = []string{"3670", "3587", "4710", "5431", "6513", "5211", "3484", "4411"}
	posts       = []string{"生产操作", "技术", "服务", "管理"}
	trades      = []string{"车工", "焊工", "电工", "缝纫工", "安全员", "质检员"}
	surnames    = []rune("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗")
	given       = []rune("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红建文辉")
)

const (
	cityUnion   = "镇江市总工会"
	perFirm     = 50  // people of one firm
	badEvery    = 500 // one row in so many has a wrong check digit, and is refused
	doubleEvery = 700 // one row in so many stands there twice
	spelledOdd  = 50  // one row in so many has its day in another spelling, and is mended
	memberOf    = 14  // all but one in so many are union members
	regions     = 12  // made-up region codes 329901 … 329912, never issued
	births      = 14_000
	birthStep   = 7919 // prime to births: scatters the days of birth, each number still once
)

// asOf is the day of the roster (截至).
var asOf = date.Of(2022, 12, 31)

// firstBirth begins the births days on which people of the roster were born.
var firstBirth = date.Of(1963, 1, 1)

// planted says what a right import must report.
type planted struct{ read, refused, duplicate int }

// rosterRows gives the rows of a roster of n rows to put, and what was planted in them.
func rosterRows(n int, put func([]string) error) (planted, error) {
	p := planted{read: n}
	var last []string
	for i := range n {
		cells := person(i)
		switch {
		case i%badEvery == badEvery-1:
			cells[3] = spoiled(cells[3])
			p.refused++
		case i%doubleEvery == doubleEvery-1:
			cells = last
			p.duplicate++
		}
		if err := put(cells); err != nil {
			return p, err
		}
		if i%badEvery != badEvery-1 {
			last = cells
		}
	}
	return p, nil
}

// person makes the row of the i-th person. Nobody real: region codes and phones were never issued.
func person(i int) []string {
	male := i%5 < 3
	sex, parity := "女", 0
	if male {
		sex, parity = "男", 1
	}
	member := "是"
	if i%memberOf == 0 {
		member = "否"
	}
	start := asOf - date.Day(30+i*37%1500) // the youngest was 17
	day := start.String()
	if i%spelledOdd == 0 {
		y, m, d := start.YMD()
		day = fmt.Sprintf("%d.%d.%d", y, m, d)
	}
	return []string{
		strconv.Itoa(i + 1), nameOf(i), sex, idNumber(i, parity), firmName(i / perFirm),
		posts[i*7%11%len(posts)], trades[i%len(trades)], day, fmt.Sprintf("199%08d", i), member,
	}
}

func nameOf(i int) string {
	j := i * 31
	return string([]rune{surnames[i%len(surnames)], given[j/7%len(given)], given[j/210%len(given)]})
}

// idNumber makes an identity number (公民身份号码) that no other i has.
func idNumber(i, parity int) string {
	born := firstBirth + date.Day(i/regions*birthStep%births)
	y, m, d := born.YMD()
	head := fmt.Sprintf("3299%02d%04d%02d%02d%03d", i%regions+1, y, m, d, 2*(i/(regions*births))+parity)
	return head + string(cn.IDCheckChar(head))
}

// spoiled is the number with a wrong check character.
func spoiled(id string) string {
	if id[17] == '0' {
		return id[:17] + "1"
	}
	return id[:17] + "0"
}

func firmName(i int) string {
	return "镇江演示第" + strconv.Itoa(i+1) + "制造有限公司"
}

// unitRows gives the rows of the list of organisations for a roster of n rows.
func unitRows(n int, put func([]string) error) error {
	if err := put([]string{cityUnion, "市总工会", "", "镇江市", "", "1949-05-01"}); err != nil {
		return err
	}
	for _, d := range districts {
		if err := put([]string{d + "总工会", "辖市区总工会", cityUnion, d, "", "1984-01-01"}); err != nil {
			return err
		}
	}
	for i := range (n + perFirm - 1) / perFirm {
		d := districts[i%len(districts)]
		if err := put([]string{firmName(i), "企业", d + "总工会", d, industries[i%len(industries)], "1998-03-01"}); err != nil {
			return err
		}
	}
	return nil
}

// writeLines writes a csv file.
func writeLines(path string, heads []string, rows func(put func([]string) error) error) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	buffer := bufio.NewWriterSize(f, 1<<16)
	w := csv.NewWriter(buffer)
	if err := w.Write(heads); err != nil {
		return err
	}
	if err := rows(w.Write); err != nil {
		return err
	}
	w.Flush()
	return errors.Join(w.Error(), buffer.Flush())
}

// writeBook writes a workbook of one sheet; every cell is text, as in files that programs export.
func writeBook(path string, heads []string, rows func(put func([]string) error) error) (err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		return err
	}
	at := 0
	cells := make([]any, len(heads))
	put := func(row []string) error {
		at++
		for i, c := range row {
			cells[i] = c
		}
		return w.SetRow("A"+strconv.Itoa(at), cells)
	}
	if err := put(heads); err != nil {
		return err
	}
	if err := rows(put); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.SaveAs(path)
}
