-- A phone number stood in the file alone, the newest over the one before: undoing an import could not bring the older
-- one back. Each roster row now keeps the number that it states, sealed under the person's key, so a phone has
-- a source and a day as every other field has. Rows from before state none; their files keep what they hold.
-- +goose Up
ALTER TABLE registry_employment ADD COLUMN phone_sealed BYTEA;
