-- A complaint or opinion (意见投诉) of a worker is a request like the others: it has a day by which it is answered, and an answer that
-- can be read. Several may be open at a time, for a second grievance must not wait for the first.
-- +goose Up
ALTER TABLE registry_request DROP CONSTRAINT registry_request_kind_check;
ALTER TABLE registry_request ADD CONSTRAINT registry_request_kind_check CHECK (kind IN ('copy', 'correct', 'erase', 'opinion'));
DROP INDEX registry_request_open;
CREATE UNIQUE INDEX registry_request_open ON registry_request (worker_id, kind) WHERE state = 'open' AND kind <> 'opinion';
