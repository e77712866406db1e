-- Each process that writes takes the next number once, so that no two that run at the same time
-- make ids of the same node.
-- +goose Up
CREATE TABLE db_process_head (
  id      INTEGER PRIMARY KEY CHECK (id = 1),
  number  INTEGER NOT NULL
) STRICT;
INSERT INTO db_process_head (id, number) VALUES (1, 0);
