// Package org holds organisations (组织) and regions (区域) as one dated tree and is the only
// owner of a unit (单位).
//
// Words. A unit is the city's federation (市总工会, the root), a union below it (辖市(区)总工会,
// 功能区总工会, 产业工会, 成员单位, 院校) or an enterprise (企业). An observation is one sourced row:
// what somebody said of a unit as of a day. The observation in force on a day is the latest one
// not withdrawn whose day is not after it; before the first day the first one applies, so that
// facts about earlier days have attributes too. A later observation that says the same is a
// confirmation: it is kept and changes nothing until the first is withdrawn.
//
// Nothing is ever updated but the withdrawn mark: the tree of every day, past and future, is
// computed from the observations. Only today's ordinal ranges (lo–hi, depth first) are stored,
// because queries of other packages compare with them; after a midnight on which a dated change
// takes effect, Renumber brings them up to date.
//
// The package must not know people, facts or pages. What follows from a change (timelines of the
// people of a moved unit) happens through Service.OnChange, in the same transaction.
package org
