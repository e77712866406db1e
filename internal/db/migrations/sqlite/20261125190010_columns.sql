-- Which columns a user wants to see of a list (选择列), remembered on the server so that the choice is there on every machine.
-- A list of which nothing was chosen has no row.
-- +goose Up
CREATE TABLE account_columns (
  user_id INTEGER NOT NULL,
  list    TEXT NOT NULL,
  columns TEXT NOT NULL,
  PRIMARY KEY (user_id, list)
) STRICT, WITHOUT ROWID;
