// Package intake takes spreadsheets in (采集): receive → read → map → check → stage → dry run
// → apply → report → undo. Modules give it a Target; it knows nothing of what rows mean.
//
// Words: a file is received (收到) and kept encrypted under its own key; its header row is
// found and its columns are mapped by synonyms; each data row is accepted, mended (修正), refused (退回)
// or a duplicate (重复), and those four add up to what was read; accepted rows are staged (暂存) in
// sealed batches; a dry run (试算) applies them in a transaction that is rolled back; apply (入账)
// does it in one transaction, so a file is in or it is not. An import can be undone (撤回) by reversal.
//
// What is personal lies sealed wherever it lies: the file, staged rows, problem lists and
// details of reports under the file's own key, the cells of a row that was applied under the key
// of the person they are about. Tables in clear hold ids, counts and states only.
//
// Intake must not know a module, must not write a module's tables, and must not change a
// figure except through the Target's functions inside their transaction.
package intake
