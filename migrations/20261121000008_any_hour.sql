-- Whether a lead's next call may be made outside its agent's business hours. Nobody could say so before.
ALTER TABLE live.dial_queue ADD COLUMN any_hour boolean NOT NULL DEFAULT false;
