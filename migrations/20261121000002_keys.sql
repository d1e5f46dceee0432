-- Claims, leases and receipts: what may exist once only. Claims and leases can be made again from the log.
CREATE TABLE keys (
    kind     text   NOT NULL COLLATE "C",
    key      text   NOT NULL COLLATE "C",
    holder   text   NOT NULL COLLATE "C",
    -- when others may take it; null: until it is released
    until    timestamptz,
    -- receipts: the answer to give again
    outcome  json,
    position bigint NOT NULL,
    PRIMARY KEY (kind, key)
);

-- For the tick that forgets expired keys.
CREATE INDEX keys_until ON keys (until) WHERE until IS NOT NULL;

-- What is no history: hashes of passwords and keys. Written with the event that announces the change.
CREATE TABLE secrets (
    kind  text NOT NULL COLLATE "C",
    id    text NOT NULL COLLATE "C",
    value text NOT NULL,
    PRIMARY KEY (kind, id)
);

-- Integer ids, taken in blocks of 100 by each process; gaps are allowed.
CREATE SEQUENCE num_lead INCREMENT BY 100;
CREATE SEQUENCE num_agent INCREMENT BY 100;
CREATE SEQUENCE num_credential INCREMENT BY 100;
CREATE SEQUENCE num_dead_letter INCREMENT BY 100;
