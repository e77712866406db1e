-- What the list of users (账号) shows: who made an account, when it last logged in, and that it is closed for good. Until
-- now both were only in the audit log, from which they are taken over: one index walk for each account.
-- +goose Up
ALTER TABLE account_user ADD COLUMN created_by bigint NOT NULL DEFAULT 0;
ALTER TABLE account_user ADD COLUMN last_login_at timestamptz;
ALTER TABLE account_user ADD COLUMN closed_at timestamptz;
UPDATE account_user SET
  created_by = coalesce((SELECT min(e.user_id) FROM audit_entry e WHERE e.action = 'user.create' AND e.subject = 'user:' || account_user.user_id), 0),
  last_login_at = (SELECT max(e.at) FROM audit_entry e WHERE e.action IN ('login', 'user.activate') AND e.subject = 'user:' || account_user.user_id);
