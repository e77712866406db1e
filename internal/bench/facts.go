package bench

import (
	"context"
	"fmt"

	"tuoxing/internal/app"
	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/ledger"
)

// cityFacts is the size of the ledger for which the goals of asking are set, of a city of CityWorkers.
const cityFacts = 5_000_000

// factsTogether is how many facts are sealed in one block of the made-up ledger.
const factsTogether = 500_000

// facts makes an installation of nothing but facts, as many for the rows of the roster as a city has.
func (r *run) facts(ctx context.Context) (in installation, err error) {
	if in.cfg, err = r.places.config(ctx, "facts"); err != nil {
		return in, err
	}
	regions := cn.Zhenjiang()
	most := int64(r.Workers) * cityFacts / CityWorkers
	err = in.with(ctx, true, func(a *app.App) error {
		for at := int64(0); at < most; at += factsTogether {
			err := a.DB.WriteTx(ctx, func(tx *db.Tx) error {
				for i := at; i < min(at+factsTogether, most); i++ {
					if err := ledger.Enter(ctx, tx, 0, fact(i, int32(cn.RegionNumber(regions[i%int64(len(regions))].Code)))); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return fmt.Errorf("enter facts: %w", err)
			}
		}
		return nil
	})
	return in, err
}

// fact is one of many: seven for each person, four of five of them a beginning, in one of 14,000 firms.
func fact(i int64, district int32) ledger.Fact {
	worker, firm, quantity := i/7, i/7/perFirm%14_000, int64(1)
	if i%5 == 4 {
		quantity = -1
	}
	rank := uint8(i * 31 % 9)
	return ledger.Fact{
		Kind: ledger.Worker, Quantity: quantity, Cause: ledger.Moved, Entry: ledger.Entered, OccurredOn: asOf - date.Day(i*37%1500),
		Worker: 1<<40 + worker, Employer: 1<<41 + firm, Union: 1<<42 + firm%7, District: district, Industry: 1300 + int32(firm%300)*10,
		Ownership: int32(100 + firm%16*10), Size: int32(1 + firm%4), Occupation: int32(6_180_101 + i%300), Rank: rank, RankEver: max(rank, uint8(i%5)),
		Sex: uint8(1 + worker%2), BirthMonth: date.MonthOf(int(1960+worker%45), int(1+worker%12)), Member: uint8(i % 2), Class: uint8(i % 4),
		Subject: 1<<43 + i, Import: 1<<44 + i/60_000, Line: ledger.LineOf(0, int(1+i%60_000)),
	}
}
