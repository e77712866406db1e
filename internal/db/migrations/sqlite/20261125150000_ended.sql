-- The day on which a unit was struck off (注销日期), as its row states it: from that day on the unit is no longer there. A list of
-- units tells those that live from those that have ended, on any day. Rows from before say nothing: their
-- units live. A later row about the same unit that states no such day says that it lives.
-- +goose Up
ALTER TABLE org_observation ADD COLUMN ended_on TEXT;
