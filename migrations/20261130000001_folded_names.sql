-- Names and addresses as searches compare them: one folding of spellings, `domain::search`, for what is stored and what is
-- typed. Null in rows that an older release made; they are made anew at the next start.
ALTER TABLE live.lead
    ADD COLUMN folded_name  text COLLATE "C",
    ADD COLUMN folded_email text COLLATE "C";
ALTER TABLE live.agents ADD COLUMN folded_name text COLLATE "C";
