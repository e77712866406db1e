// Package demo writes the spreadsheets of a made-up Zhenjiang (演示城市): the organisations
// (组织机构), one roster (职工花名册) for each sending union, the certificate list of the human
// resources bureau (技能等级证书名册) and the outside statistics (外部统计), with the ordinary dirt
// that such files have, and a list (清单.json) of what they hold.
//
// Words: a unit (填报单位) is a union that sends a roster; a firm (用人单位) employs people; a
// worker (产业工人) is an employee whose firm's section of GB/T 4754 and whose kind of post
// (岗位类别) are both of the production or modern-service sort; a holder is a person who ever held
// a certificate; high means rank 4 (高级工) or above.
//
// The populations are those of a real city's published figures for 2022 (680,000 workers, 603,000
// people who ever held a certificate, 218,000 of them high), each × N/680,000. Nothing else is
// real: identity numbers and credit codes carry region parts 3299xx, which were never issued,
// certificate numbers bodies that do not exist, names and phone numbers come from a dice.
// The same seed and scale give the same bytes.
//
// On request it adds lists full of planted defects (瑕疵) and a list (缺陷清单.csv) of what a right
// import does with each of their rows.
//
// It must not know how files are read: it shares no code with the import or the registry, and has
// its own check digits, so that a mistake on either side is seen.
package demo
