-- Each process that writes takes the next number once, so that no two that run at the same time
-- make ids of the same node.
-- +goose Up
CREATE TABLE db_process_head (
  id      bigint PRIMARY KEY CHECK (id = 1),
  number  bigint NOT NULL
);
INSERT INTO db_process_head (id, number) VALUES (1, 0);
