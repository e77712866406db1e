-- Organisations and regions as a dated tree. The observations are the truth and are never updated
-- but for the withdrawn mark; org_unit holds what queries of other packages compare with: the code
-- and today's ordinal range. The head row is taken first by whoever changes the tree.
-- +goose Up
CREATE TABLE org_head (
  id           bigint PRIMARY KEY CHECK (id = 1),
  version      bigint NOT NULL,
  numbered_on  date    NOT NULL
);
INSERT INTO org_head (id, version, numbered_on) VALUES (1, 0, '0001-01-01');

CREATE TABLE org_unit (
  unit_id  bigint PRIMARY KEY,
  code     text UNIQUE,
  kind     text    NOT NULL,
  lo       bigint NOT NULL,
  hi       bigint NOT NULL,
  version  bigint NOT NULL
);
CREATE INDEX org_unit_lo ON org_unit (lo);

CREATE TABLE org_observation (
  unit_id     bigint NOT NULL REFERENCES org_unit (unit_id),
  id          bigint NOT NULL,
  as_of_on    date    NOT NULL,
  kind        text    NOT NULL,
  name        text    NOT NULL,
  code        text    NOT NULL,
  parent_id   bigint NOT NULL,
  district    bigint NOT NULL,
  industry    bigint NOT NULL,
  ownership   bigint NOT NULL,
  size        bigint NOT NULL,
  founded_on  date,
  import_id   bigint NOT NULL,
  line        bigint NOT NULL,
  withdrawn   boolean NOT NULL,
  PRIMARY KEY (unit_id, id)
);
CREATE INDEX org_observation_import ON org_observation (import_id);
