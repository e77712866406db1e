-- Who a statement comes from (来源种类): the kind of unit whose list brought the row, as it was when the row was
-- entered. Where two sources disagree, the precedence of sources decides which one counts. 0 is told of rows
-- that were entered before sources were told apart; they count as the lowest.
-- +goose Up
ALTER TABLE registry_employment ADD COLUMN sender INTEGER NOT NULL DEFAULT 0;
ALTER TABLE registry_certificate ADD COLUMN sender INTEGER NOT NULL DEFAULT 0;
