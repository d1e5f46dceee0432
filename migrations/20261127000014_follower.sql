-- Who follows: a lease with a heartbeat, so that a process that hangs is replaced. Times are the database's.
CREATE TABLE follower (
    is_only boolean     NOT NULL PRIMARY KEY DEFAULT true CHECK (is_only),
    holder  uuid,
    until   timestamptz NOT NULL DEFAULT '-infinity',
    -- why the last one to follow stepped down, if it could not go on
    stuck   text
);
INSERT INTO follower DEFAULT VALUES;

-- Which event a checkpoint stands at, not only which number: a log that was cut off and has grown again is another log.
ALTER TABLE projection_checkpoints ADD COLUMN hash bytea;
-- A read model that was held back or is new and has not caught up yet: nobody waits for it.
ALTER TABLE projection_checkpoints ADD COLUMN is_recovering boolean NOT NULL DEFAULT false;
UPDATE projection_checkpoints c SET hash = (SELECT e.hash FROM events e WHERE e.position = c.position);

-- The version of the fold that made what is stored: a release whose fold is newer makes it anew beside and switches, and
-- never empties what is read meanwhile. `keys` stands for the claims and leases of table keys.
CREATE TABLE folds (
    name    text    NOT NULL PRIMARY KEY COLLATE "C",
    version integer NOT NULL
);
