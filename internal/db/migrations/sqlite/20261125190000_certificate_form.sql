-- Which numbering a certificate number follows (证书形式), so that a list of certificates can be filtered by it: the
-- number itself lies sealed. 0 is told of rows that were entered before; their form is filled in when the
-- database is brought to this version.
-- +goose Up
ALTER TABLE registry_certificate ADD COLUMN form INTEGER NOT NULL DEFAULT 0;
