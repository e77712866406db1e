-- What an installation is, as opposed to how a process runs: that it holds a made-up city, and
-- how far its clock is from the real one.
-- +goose Up
CREATE TABLE app_setting (
  name  text PRIMARY KEY,
  value text NOT NULL
);
