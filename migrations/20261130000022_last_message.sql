-- What the called person last said to the dialer's agent: the panel's "last user message" (B-110, B-119). It no longer takes
-- the place of a person's note; the fold's version rises, so the rows are made anew beside these and switched.
ALTER TABLE live.lead ADD COLUMN last_message text;
