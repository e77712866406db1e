-- Which files of people changed, in the order of commits. Lists of people are searched and ordered in memory (a database
-- needs 0.1 s and more to count those of a city); each process follows here what others write. A change names files by the range of their ids.
-- +goose Up
CREATE TABLE registry_roll_head (
  id     INTEGER NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (id),
  CHECK (id = 1)
) STRICT;
INSERT INTO registry_roll_head (id, number) VALUES (1, 0);
CREATE TABLE registry_roll_change (
  number   INTEGER NOT NULL,
  first_id INTEGER NOT NULL,
  last_id  INTEGER NOT NULL,
  PRIMARY KEY (number, first_id)
) STRICT;
