// Package archtest holds the house rules that a compiler cannot hold: which package may import
// which, where SQL text, the clock and printing belong, how long a file may grow, which words
// have no place in the project, and that the documents name what is really there.
//
// It has tests only. Each rule is a function over a file tree that returns its findings as
// "path:line: what is wrong", and each is proved able to fail by a test on a planted bad tree.
// The rules read text and syntax; they neither build nor run the packages, so that all of them
// together take about a second. They must not depend on any other package of the house.
package archtest
